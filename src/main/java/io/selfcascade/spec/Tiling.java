package io.selfcascade.spec;

/** How a large latent is decoded: decided by size, never tiled, or always tiled. */
public enum Tiling {
    AUTO,
    NONE,
    TILED
}
