package io.selfcascade.diffusion.cascade;

/** Told how a stage goes on, on the thread that runs it. */
@FunctionalInterface
public interface CascadeObserver {

    /** Watches nothing. */
    CascadeObserver NONE = (step, steps) -> {};

    /**
     * Told before every denoising step. Whatever it throws ends the stage, reaches the caller, and leaves no native
     * memory behind: this is how a stage is cancelled.
     *
     * @param step from 0
     * @param steps of this stage, all items together
     */
    void beforeStep(int step, int steps);
}
