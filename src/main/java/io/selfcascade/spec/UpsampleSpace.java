package io.selfcascade.spec;

/** Where a pivot is enlarged: as a latent (the paper), or as a picture between a decode and an encode. */
public enum UpsampleSpace {
    LATENT,
    PIXEL
}
