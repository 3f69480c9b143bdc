package io.selfcascade.platform.intake;

/** How equal two runs of an item are: within the documented tolerance, or byte for byte at the price of no batching. */
public enum Determinism {
    STANDARD,
    STRICT
}
