package io.selfcascade.diffusion.graph;

/** Group normalisation of maps. */
public record GroupNorm(Parameter weight, Parameter bias, NormConfig norm) {

    /**
     * @param x (B, C, H, W)
     * @return the same shape
     * @throws io.selfcascade.spec.CascadeException SHAPE_MISMATCH if the channels differ
     */
    public FeatureMap apply(FeatureMap x) {
        Definition.check(weight.key(), weight.size(0), x.channels());
        return x.same(new Op.GroupNormalise(weight, bias, norm.groups(), norm.epsilon()));
    }
}
