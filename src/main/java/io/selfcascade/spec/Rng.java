package io.selfcascade.spec;

/**
 * Where noise comes from: {@code PHILOX} computes every draw from its name; {@code TORCH_CPU} replays PyTorch's CPU
 * generator as one stream per item.
 */
public enum Rng {
    PHILOX,
    TORCH_CPU
}
