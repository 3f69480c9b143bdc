package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.diffusion.tensor.TorchRuntime;

/** The backward pass. */
public final class Gradients {

    private Gradients() {}

    /**
     * Adds the gradient of a loss to every weight that requires one, and frees what the forward run recorded.
     *
     * @param loss a single number from a run in {@link Mode#TRAIN}; can be used once
     */
    public static void backward(NDArray loss) {
        TorchRuntime.requirePrepared();
        try (NDArray one = loss.onesLike()) {
            JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
        } catch (ai.djl.engine.EngineException e) {
            throw NativeFailure.of("backward pass", e);
        }
    }

    /** Whether gradients flow back through an array. */
    public static boolean flowThrough(NDArray array) {
        return JniUtils.requiresGrad((PtNDArray) array);
    }
}
