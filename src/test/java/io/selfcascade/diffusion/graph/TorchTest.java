package io.selfcascade.diffusion.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.Device;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A prepared thread and an open scope around every test. */
public abstract class TorchTest {

    protected TensorScope scope;
    protected RandomTensors random;

    @BeforeEach
    void open() {
        TorchRuntime.prepareThread(1);
        scope = TensorScope.open(Device.CPU);
        random = new RandomTensors(scope, 7);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Asserts equal shapes and that no number differs by more than {@code tolerance} times the largest expected. */
    protected static void assertClose(NDArray actual, NDArray expected, double tolerance) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        float[] a = TensorScope.toFloats(actual);
        float[] e = TensorScope.toFloats(expected);
        double largest = 1;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(e[i]));
            difference = Math.max(difference, Math.abs(a[i] - e[i]));
        }
        assertThat(difference / largest).as("largest relative difference of %s... and %s...",
                Arrays.toString(Arrays.copyOf(a, Math.min(4, a.length))),
                Arrays.toString(Arrays.copyOf(e, Math.min(4, e.length)))).isLessThanOrEqualTo(tolerance);
    }
}
