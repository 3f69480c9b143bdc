package io.selfcascade.diffusion.cascade;

/** How much the other items of a batch may change an item's last bits. */
public enum Determinism {
    /** All items in one native call: results agree with those of any other batch but for rounding. */
    BATCHED,
    /** One item per native call: the same bytes in any batch. */
    STRICT
}
