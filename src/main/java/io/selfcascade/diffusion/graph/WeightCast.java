package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Dtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes the number format of weights. Through TorchScript, because bfloat16 in DJL's own calls aborts the process,
 * and outside inference mode, because weights may be trained through.
 */
final class WeightCast {

    private final TensorScope scope;
    private @Nullable NativeModule module;

    WeightCast(TensorScope scope) {
        this.scope = scope;
    }

    /** An array of the stored numbers in {@code dtype}; lies over the bytes where nothing has to change. */
    NDArray read(RawTensor raw, Dtype dtype) {
        long[] shape = raw.shape().stream().mapToLong(Long::longValue).toArray();
        return switch (raw.dtype()) {
            case F32 -> convert(scope.over(raw.bytes(), DataType.FLOAT32, shape), Dtype.F32, dtype);
            case F16 -> call(dtype, scope.over(raw.bytes(), DataType.FLOAT16, shape));
            case BF16 -> convert(scope.floats(widened(raw.bytes()), shape), Dtype.F32, dtype);
        };
    }

    /** The same array if the formats are equal, else a new one. */
    NDArray convert(NDArray array, Dtype from, Dtype to) {
        // A view, because the call clears the name that weight lists are grouped by.
        return from == to ? array : call(to, scope.adopt(array.reshape(array.getShape())));
    }

    // A bfloat16 is the upper half of a float32.
    private static float[] widened(ByteBuffer bytes) {
        ShortBuffer halves = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        float[] values = new float[halves.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(halves.get(i) << 16);
        }
        return values;
    }

    private NDArray call(Dtype to, NDArray array) {
        if (module == null) {
            module = NativeModule.load(scope, "weight cast", TorchScriptMethods.casts());
        }
        return module.call(scope, "to_" + to, List.of(array), List.of(), false).get(0);
    }
}
