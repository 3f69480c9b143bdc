package io.selfcascade.spec;

/** The number format weights and activations are held in on a device. */
public enum Dtype {
    F32,
    F16,
    BF16
}
