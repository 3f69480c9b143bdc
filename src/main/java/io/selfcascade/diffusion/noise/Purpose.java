package io.selfcascade.diffusion.noise;

/** What a draw of noise is for. The order is part of every draw's name: append, never reorder. */
public enum Purpose {
    /** x_T, the start of a cascade. */
    INITIAL,
    /** ε of pivot replacement, drawn once when a stage starts from a pivot. */
    PIVOT,
    /** n of one stochastic step (eta above 0). */
    STEP
}
