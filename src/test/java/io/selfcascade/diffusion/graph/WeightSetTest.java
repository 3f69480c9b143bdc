package io.selfcascade.diffusion.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightSetTest extends TorchTest {

    // Exact in every format.
    private static final float[] VALUES = {1, -2, 0.5f, 96, -0.375f, 0};

    private final Params root = Params.root("m");
    private final Linear linear = root.linearWithoutBias("l", 3, 2);
    private final Embedding x = Embedding.input("x", 3);
    private final Graph graph = Graph.of(List.of(x), "y", linear.apply(x));

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void readsEveryNumberFormatOfACheckpoint(Dtype stored) {
        WeightSet weights = WeightSet.prepare(scope, root.layout(), spec -> raw(stored), Dtype.F32);

        assertThat(TensorScope.toFloats(weights.array("l.weight"))).containsExactly(VALUES);
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void runsInEveryNumberFormatWithFloat32AtTheBorders(Dtype held) {
        WeightSet weights = WeightSet.prepare(scope, root.layout(), spec -> raw(Dtype.BF16), held);
        Tensors in = new Tensors(Map.of("x", scope.floats(new float[] {1, 2, 4}, 1, 3)));

        NDArray y = Executable.load(scope, graph).run(scope, weights, in, Mode.INFER).only();

        assertThat(weights.dtype()).isEqualTo(held);
        assertThat(TensorScope.toFloats(y)).containsExactly(-1, roundedTo(held, 95.25f));
    }

    @Test
    void mapsInFloat32WhateverTheFormat() {
        WeightSet narrow = WeightSet.prepare(scope, root.layout(), spec -> raw(Dtype.F32), Dtype.BF16);

        WeightSet doubled = narrow.map(scope, (spec, array) -> array.mul(2f));
        WeightSet wide = doubled.copy(scope);

        assertThat(doubled.dtype()).isEqualTo(Dtype.BF16);
        assertThat(TensorScope.toFloats(wide.array(0))).containsExactly(2, -4, 1, 192, -0.75f, 0);
        assertThat(TensorScope.toFloats(narrow.copy(scope).array(0))).containsExactly(VALUES);
    }

    @Test
    void outlivesTheScopeTheBytesWereReadIn() {
        WeightSet weights;
        try (TensorScope reading = TensorScope.open(Device.CPU)) {
            weights = WeightSet.prepare(scope, root.layout(), spec -> raw(Dtype.F16), Dtype.F32);
            reading.zeros(3);
        }

        assertThat(TensorScope.toFloats(weights.array(0))).containsExactly(VALUES);
    }

    @Test
    void leavesNothingInTheScopeOfWeightsItCopies() {
        WeightSet weights = WeightSet.prepare(scope, root.layout(), spec -> raw(Dtype.F32), Dtype.F32);
        int before = scope.size();
        try (TensorScope other = TensorScope.open(scope)) {
            weights.requiringGrad(other);
            weights.map(other, (spec, array) -> array.mul(2f));
        }

        assertThat(scope.size()).isEqualTo(before);
    }

    @Test
    void refusesATensorOfAnotherShapeByKey() {
        assertThatThrownBy(() -> WeightSet.of(scope, root.layout(), spec -> scope.zeros(3, 2)))
                .isInstanceOf(CascadeException.class).hasMessageContaining("Cannot bind l.weight: weights have (3, 2)");
    }

    @Test
    void refusesBytesThatDoNotFillAShape() {
        assertThatThrownBy(() -> new RawTensor(ByteBuffer.allocateDirect(10), Dtype.F16, List.of(2L, 3L)))
                .isInstanceOf(CascadeException.class).hasMessageContaining("10 bytes (expected 12)");
    }

    private static float roundedTo(Dtype held, float value) {
        // bfloat16 keeps 8 significant bits: 95.25 lies between 95 and 95.5 and ties to the even 95.
        return held == Dtype.BF16 ? 95f : value;
    }

    private static RawTensor raw(Dtype dtype) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(VALUES.length * RawTensor.bytesOf(dtype)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : VALUES) {
            switch (dtype) {
                case F32 -> bytes.putFloat(value);
                case BF16 -> bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
                case F16 -> bytes.putShort(half(value));
            }
        }
        return new RawTensor(bytes.flip(), dtype, List.of(2L, 3L));
    }

    // Of normal numbers exact in half precision only, and zero.
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = (bits >>> 23 & 0xff) - 127 + 15;
        return value == 0 ? 0 : (short) (bits >>> 16 & 0x8000 | exponent << 10 | bits >>> 13 & 0x3ff);
    }
}
