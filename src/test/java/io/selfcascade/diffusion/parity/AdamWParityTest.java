package io.selfcascade.diffusion.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.diffusion.graph.AdamW;
import io.selfcascade.diffusion.graph.Gradients;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Five steps of {@code torch.optim.AdamW} with gradients that shrink tenfold a step, so that epsilon matters. */
class AdamWParityTest {

    private static final Reference ADAMW = Reference.open("adamw/adamw.safetensors");
    private static final ParameterLayout LAYOUT = new ParameterLayout("adamw",
            List.of(new ParameterSpec("weight", List.of(3L, 4L)), new ParameterSpec("bias", List.of(5L))));

    @Test
    void stepsAsTorchDoes() {
        TorchRuntime.prepareThread(1);
        double[] numbers = ADAMW.doubles("lr_beta1_beta2_eps_decay");
        AdamW.Settings settings = new AdamW.Settings(numbers[1], numbers[2], numbers[3], numbers[4], Double.MAX_VALUE);
        try (TensorScope owner = TensorScope.open(Device.CPU)) {
            WeightSet weights = WeightSet.of(owner, LAYOUT, p -> load(owner, p.key() + ".0", p)).requiringGrad(owner);
            AdamW optimiser = new AdamW(owner, weights, settings);

            for (int step = 1; step <= 5; step++) {
                try (TensorScope scope = TensorScope.open(owner)) {
                    giveGradients(scope, weights, step);
                    optimiser.step(scope, numbers[0]);
                }
                for (ParameterSpec parameter : LAYOUT.parameters()) {
                    String key = parameter.key();
                    Judge.agrees("adamw · " + key + " · step " + step,
                            TensorScope.toFloats(weights.array(key)), ADAMW.floats(key + "." + step));
                }
            }
        }
    }

    /** The gradient of Σ g·w is g. */
    private static void giveGradients(TensorScope scope, WeightSet weights, int step) {
        for (ParameterSpec parameter : LAYOUT.parameters()) {
            NDArray gradient = load(scope, parameter.key() + ".grad." + step, parameter);
            JniUtils.setGradMode(true);
            try (NDArray products = weights.array(parameter.key()).mul(gradient); NDArray sum = products.sum()) {
                Gradients.backward(sum);
            } finally {
                JniUtils.setGradMode(false);
            }
        }
    }

    private static NDArray load(TensorScope scope, String key, ParameterSpec parameter) {
        return scope.floats(ADAMW.floats(key), parameter.dimensions());
    }
}
