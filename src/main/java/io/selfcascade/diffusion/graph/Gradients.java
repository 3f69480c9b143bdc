package io.selfcascade.diffusion.graph;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.diffusion.tensor.TensorScope;
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
        } catch (EngineException e) {
            throw NativeFailure.of("backward pass", e);
        }
    }

    /**
     * Whether gradients flow back through an array. For tests and for debugging: it loads a module each time.
     *
     * @param scope owns nothing afterwards
     * @param array stays owned by its scope
     */
    public static boolean flowThrough(TensorScope scope, NDArray array) {
        // DJL's own question answers no for everything but weights.
        try (TensorScope asking = TensorScope.open(scope);
                IValue argument = IValue.from((PtNDArray) array);
                IValue answer = NativeModule.load(asking, "gradient question", TorchScriptMethods.requiresGradient())
                        .infer("requires_gradient", argument)) {
            return answer.toBoolean();
        }
    }
}
