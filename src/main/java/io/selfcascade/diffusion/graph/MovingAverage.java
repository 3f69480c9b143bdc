package io.selfcascade.diffusion.graph;

import ai.djl.pytorch.jni.IValue;
import io.selfcascade.diffusion.tensor.TensorScope;

/** An exponential moving average of weights under training; what is saved and sampled from. */
public final class MovingAverage {

    private final WeightSet source;
    private final WeightSet average;
    private final NativeModule module;

    /** Starts as a copy of {@code source}, owned by {@code owner}. */
    public MovingAverage(TensorScope owner, WeightSet source) {
        this.source = source;
        this.average = source.copy(owner);
        this.module = NativeModule.load(owner, "moving average", TorchScriptMethods.average());
    }

    /** The average becomes {@code decay} times itself plus {@code 1 - decay} times the source, in one native call. */
    public void update(double decay) {
        try (IValue factor = IValue.from(decay);
                IValue count = module.infer("average", average.first().handle(), source.first().handle(), factor)) {
            assert count.isLong();
        }
    }

    /** The average; live, owned by the owner. */
    public WeightSet weights() {
        return average;
    }
}
