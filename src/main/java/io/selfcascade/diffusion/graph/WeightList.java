package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Dtype;
import java.util.List;

/** The weights of one model on a device, once as arrays and once as a single native list. */
final class WeightList {

    private final ParameterLayout layout;
    private final String fingerprint;
    private final Dtype dtype;
    private final TensorScope owner;
    private final NDList arrays = new NDList();
    private final IValue handle;

    WeightList(TensorScope owner, ParameterLayout layout, Dtype dtype, List<NDArray> weights) {
        this.layout = layout;
        this.fingerprint = layout.fingerprint();
        this.dtype = dtype;
        this.owner = owner;
        for (NDArray weight : weights) {
            weight.setName("w" + fingerprint + "[]");
            arrays.add(owner.adopt(weight));
        }
        handle = owner.own(IValue.listFrom(arrays.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new)));
    }

    ParameterLayout layout() {
        return layout;
    }

    String fingerprint() {
        return fingerprint;
    }

    Dtype dtype() {
        return dtype;
    }

    TensorScope owner() {
        return owner;
    }

    NDArray array(int index) {
        return arrays.get(index);
    }

    /** The list as one native value, for calls in inference mode. */
    IValue handle() {
        return handle;
    }

    /** The arrays, all of one name, as DJL's training call wants them. */
    NDList named() {
        return arrays;
    }
}
