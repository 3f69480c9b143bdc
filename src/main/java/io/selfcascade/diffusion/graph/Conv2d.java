package io.selfcascade.diffusion.graph;

/** A convolution over maps, with bias. */
public record Conv2d(Parameter weight, Parameter bias, Kernel kernel) {

    /**
     * @param x (B, in, H, W)
     * @return (B, out, H', W')
     * @throws io.selfcascade.spec.CascadeException SHAPE_MISMATCH if the channels differ
     */
    public FeatureMap apply(FeatureMap x) {
        Definition.check(weight.key(), weight.size(1), x.channels());
        return x.result(new Op.Convolution(weight, bias, kernel), weight.size(0));
    }

    /** The same parameters, taps {@code factor} times as far apart; 1 changes nothing. */
    public Conv2d dilated(int factor) {
        return factor == 1 ? this : new Conv2d(weight, bias, kernel.dilated(factor));
    }
}
