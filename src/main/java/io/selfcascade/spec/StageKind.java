package io.selfcascade.spec;

/** What a stage does with its input: picture to latent, latent to larger latent, latent to picture. */
public enum StageKind {
    ENCODE,
    DENOISE,
    DECODE
}
