package io.selfcascade.spec;

/** Interpolation of a pivot; align_corners is false for both, bicubic has a = -0.75 as in PyTorch. */
public enum UpsampleKernel {
    BILINEAR,
    BICUBIC
}
