package io.selfcascade.diffusion.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A linear map over channels. */
public record Linear(Parameter weight, @Nullable Parameter bias) {

    /**
     * @param x (B, N, in)
     * @return (B, N, out)
     * @throws io.selfcascade.spec.CascadeException SHAPE_MISMATCH if the channels differ
     */
    public Tokens apply(Tokens x) {
        return x.result(op(x.channels()), weight.size(0));
    }

    /**
     * @param x (B, in)
     * @return (B, out)
     * @throws io.selfcascade.spec.CascadeException SHAPE_MISMATCH if the channels differ
     */
    public Embedding apply(Embedding x) {
        return x.result(op(x.channels()), weight.size(0));
    }

    private Op op(int channels) {
        Definition.check(weight.key(), weight.size(1), channels);
        return new Op.LinearMap(weight, bias == null ? List.of() : List.of(bias));
    }
}
