package io.selfcascade.diffusion.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.UpsampleKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorScopeTest {

    private TensorScope scope;

    @BeforeEach
    void open() {
        TorchRuntime.prepareThread(1);
        scope = TensorScope.open(Device.CPU);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void givesBackTheNumbersItWasGiven() {
        NDArray floats = scope.floats(new float[] {1, -2, 3.5f, 4, 5, 6}, 2, 3);
        NDArray others = scope.floats(new float[] {9, 9, 9, 9, 9, 9}, 2, 3);
        NDArray longs = scope.longs(new long[] {Long.MIN_VALUE, 7}, 2);
        NDArray more = scope.longs(new long[] {1, 1}, 2);

        assertThat(TensorScope.toFloats(floats)).containsExactly(1, -2, 3.5f, 4, 5, 6);
        assertThat(longs.toLongArray()).containsExactly(Long.MIN_VALUE, 7);
        assertThat(floats.getShape().getShape()).containsExactly(2, 3);
        assertThat(others.getFloat(0, 0)).isEqualTo(9);
        assertThat(more.getLong(0)).isEqualTo(1);
    }

    @Test
    void refusesACountOfNumbersTheShapeDoesNotHold() {
        assertThatThrownBy(() -> scope.floats(new float[5], 2, 3)).isInstanceOf(CascadeException.class)
                .hasMessageContaining("5 values for shape (2, 3)");
    }

    @Test
    void laysAnArrayOverBytesWithoutCopying() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        bytes.putFloat(0, 1.5f).putFloat(4, 2.5f);

        NDArray array = scope.over(bytes, DataType.FLOAT32, 2);
        bytes.putFloat(4, 7f);

        assertThat(TensorScope.toFloats(array)).containsExactly(1.5f, 7f);
    }

    @Test
    void keepsAnArrayInItsParent() {
        NDArray kept;
        NDArray dropped;
        try (TensorScope step = TensorScope.open(scope)) {
            kept = step.keep(step.floats(new float[] {4}, 1));
            dropped = step.floats(new float[] {5}, 1);
        }

        assertThat(TensorScope.toFloats(kept)).containsExactly(4);
        assertThatThrownBy(() -> TensorScope.toFloats(dropped)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesNothingBehindInItsParent() {
        int before = scope.size();
        for (int i = 0; i < 5; i++) {
            try (TensorScope step = TensorScope.open(scope)) {
                TensorMath.mix(step, 2, step.zeros(3), 1, step.zeros(3));
            }
        }

        assertThat(scope.size()).isEqualTo(before);
    }

    @Test
    void closesWhatItOwnsLastFirst() {
        StringBuilder closed = new StringBuilder();
        try (TensorScope step = TensorScope.open(scope)) {
            step.own(() -> closed.append("first"));
            step.own(() -> closed.append("last, "));
        }

        assertThat(closed).hasToString("last, first");
    }

    @Test
    void closesTheScopesStillOpenInsideIt() {
        StringBuilder closed = new StringBuilder();
        TensorScope outer = TensorScope.open(scope);
        TensorScope inner = TensorScope.open(outer);
        inner.own(() -> closed.append("inner"));

        outer.close();
        inner.close();

        assertThat(closed).hasToString("inner");
        assertThatThrownBy(() -> inner.zeros(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAThreadThatWasNotPrepared() {
        CompletableFuture<TensorScope> elsewhere = CompletableFuture.supplyAsync(() -> TensorScope.open(Device.CPU),
                task -> new Thread(task, "unprepared").start());

        assertThatThrownBy(elsewhere::join).cause().isInstanceOf(CascadeException.class)
                .hasMessageContaining("unprepared").extracting("code").isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void preparesAThreadWithoutGradients() {
        CompletableFuture<Boolean> gradients = CompletableFuture.supplyAsync(() -> {
            TorchRuntime.prepareThread(1);
            return JniUtils.isGradMode();
        }, task -> new Thread(task).start());

        assertThat(gradients.join()).isFalse();
    }

    @Test
    void resizesWithoutAligningCorners() {
        NDArray row = scope.floats(new float[] {0, 4}, 1, 1, 1, 2);

        NDArray bilinear = TensorMath.resize(scope, row, UpsampleKernel.BILINEAR, 1, 4);
        NDArray bicubic = TensorMath.resize(scope, row, UpsampleKernel.BICUBIC, 1, 4);
        NDArray nearest = TensorMath.resizeNearest(scope, row, 2, 4);

        // Cell centres lie at (i + 1/2) / 2 - 1/2 = -1/4, 1/4, 3/4, 5/4; borders are repeated.
        assertThat(TensorScope.toFloats(bilinear)).containsExactly(0, 1, 3, 4);
        // With a = -3/4, distances 1/4 and 3/4 weigh 225/256 and 67/256, 5/4 and 7/4 weigh -27/256 and -9/256.
        assertThat(TensorScope.toFloats(bicubic)).containsExactly(-0.421875f, 0.90625f, 3.09375f, 4.421875f);
        assertThat(TensorScope.toFloats(nearest)).containsExactly(0, 0, 4, 4, 0, 0, 4, 4);
    }

    @Test
    void mixesIntoItsOwnScope() {
        NDArray x = scope.floats(new float[] {1, 2}, 2);
        NDArray y = scope.floats(new float[] {10, 20}, 2);

        assertThat(TensorScope.toFloats(TensorMath.mix(scope, 2, x, -0.5, y))).containsExactly(-3, -6);
        assertThat(TensorScope.toFloats(TensorMath.add(scope, x, y))).containsExactly(11, 22);
        assertThat(TensorScope.toFloats(TensorMath.scale(scope, 3, x))).containsExactly(3, 6);
        assertThat(TensorScope.toFloats(TensorMath.concat(scope, x, y, 0))).containsExactly(1, 2, 10, 20);
        assertThat(TensorScope.toFloats(TensorMath.items(scope, y, 1, 2))).containsExactly(20);
    }

    @Test
    void noticesNumbersThatAreNotFinite() {
        assertThat(TensorMath.isFinite(scope.floats(new float[] {1e30f, -1e30f}, 2))).isTrue();
        assertThat(TensorMath.isFinite(scope.floats(new float[] {1, Float.NaN}, 2))).isFalse();
        assertThat(TensorMath.isFinite(scope.floats(new float[] {Float.NEGATIVE_INFINITY, 1}, 2))).isFalse();
    }
}
