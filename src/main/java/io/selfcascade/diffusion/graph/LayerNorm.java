package io.selfcascade.diffusion.graph;

/** Layer normalisation of tokens over their channels. */
public record LayerNorm(Parameter weight, Parameter bias, double epsilon) {

    /**
     * @param x (B, N, C)
     * @return the same shape
     * @throws io.selfcascade.spec.CascadeException SHAPE_MISMATCH if the channels differ
     */
    public Tokens apply(Tokens x) {
        Definition.check(weight.key(), weight.size(0), x.channels());
        return x.same(new Op.LayerNormalise(weight, bias, epsilon));
    }
}
