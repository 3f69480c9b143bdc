package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Dtype;
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
        if (raw.dtype() == Dtype.F32) {
            return convert(scope.over(raw.bytes(), DataType.FLOAT32, shape), Dtype.F32, dtype);
        }
        shape[shape.length - 1] *= RawTensor.bytesOf(raw.dtype());
        NDArray bytes = scope.over(raw.bytes(), DataType.UINT8, shape);
        return call("read_" + raw.dtype() + "_" + dtype, bytes);
    }

    /** The same array if the formats are equal, else a new one. */
    NDArray convert(NDArray array, Dtype from, Dtype to) {
        // A view, because the call clears the name that weight lists are grouped by.
        return from == to ? array : call("to_" + to, scope.adopt(array.reshape(array.getShape())));
    }

    private NDArray call(String method, NDArray array) {
        if (module == null) {
            module = NativeModule.load(scope, "weight cast", TorchScriptMethods.casts());
        }
        return module.call(scope, method, List.of(array), List.of(), false).get(0);
    }
}
