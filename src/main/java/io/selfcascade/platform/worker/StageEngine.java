package io.selfcascade.platform.worker;

import io.selfcascade.spec.StageSpec;
import java.util.List;

/** A loaded model that runs stages. Several slots may call it at the same time. */
interface StageEngine extends AutoCloseable {

    /**
     * Runs one stage for several items in one native batch.
     *
     * @return one value per item, in order: a latent of the stage's size, or a picture from a decode stage; what an
     *     item gets does not depend on the others beyond rounding
     * @throws io.selfcascade.spec.CascadeException DEVICE_OUT_OF_MEMORY if the batch does not fit (a smaller one may),
     *     NON_FINITE if any item's numbers overflowed, SHAPE_MISMATCH if a start does not fit the stage
     * @throws RunStopped when the observer does
     */
    List<StageValue> run(StageSpec stage, List<StageInput> items, StepObserver observer);

    /** Frees the model's native memory. */
    @Override
    void close();

    /** Told before every denoising step, on the thread that runs the stage; ends the run by throwing. */
    @FunctionalInterface
    interface StepObserver {
        void step(int step, int steps);
    }
}
