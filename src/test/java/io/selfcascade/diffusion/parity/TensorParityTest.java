package io.selfcascade.diffusion.parity;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.tensor.TensorMath;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.UpsampleKernel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code torch.nn.functional.interpolate}: the hand-over of a pivot. */
class TensorParityTest {

    private static final Reference TENSORS = Reference.open("tensors/tensors.safetensors");

    @BeforeEach
    void prepareThread() {
        TorchRuntime.prepareThread(1);
    }

    @ParameterizedTest
    @CsvSource({"10,14", "8,9", "5,7", "13,11", "3,4"})
    void resizesAsInterpolateDoes(long height, long width) {
        String size = height + "x" + width;
        try (TensorScope scope = TensorScope.open(Device.CPU)) {
            NDArray input = scope.floats(TENSORS.floats("interpolate.input"), TENSORS.shape("interpolate.input"));

            NDArray bilinear = TensorMath.resize(scope, input, UpsampleKernel.BILINEAR, height, width);
            NDArray bicubic = TensorMath.resize(scope, input, UpsampleKernel.BICUBIC, height, width);
            NDArray nearest = TensorMath.resizeNearest(scope, input, height, width);

            Judge.agrees("interpolate · bilinear · " + size, TensorScope.toFloats(bilinear), expected("bilinear", size));
            Judge.agrees("interpolate · bicubic · " + size, TensorScope.toFloats(bicubic), expected("bicubic", size));
            Judge.agrees("interpolate · nearest · " + size, TensorScope.toFloats(nearest), expected("nearest", size));
        }
    }

    private static float[] expected(String mode, String size) {
        return TENSORS.floats("interpolate." + mode + "." + size);
    }
}
