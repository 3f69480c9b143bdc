package io.selfcascade.diffusion.graph;

/** What a run's results may be used for. */
public enum Mode {
    /** No gradients, least memory. Results may never enter a graph that is trained through. */
    INFER,
    /** No gradients, but results may be inputs of a run that has them: a frozen trunk. */
    FROZEN,
    /** Records what {@link Gradients#backward} needs. */
    TRAIN
}
