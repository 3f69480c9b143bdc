package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.Op.Resampling;
import io.selfcascade.diffusion.graph.Params;

/** Enlarges a map by repeating cells, then a 3x3 convolution. */
public final class Upsample2D {

    private final Conv2d conv;

    public Upsample2D(Params p, int channels) {
        conv = p.conv2d("conv", channels, channels, Kernel.SAME_3X3);
    }

    /**
     * To twice the height and width.
     *
     * @param x (B, C, H, W)
     * @return (B, C, 2 H, 2 W)
     */
    public FeatureMap apply(FeatureMap x) {
        return conv.apply(x.resize(2, Resampling.NEAREST));
    }

    /**
     * To the height and width of another map: the same where that is twice as large, and right for odd sizes.
     *
     * @param x (B, C, H, W)
     * @param like (B, any, H', W')
     * @return (B, C, H', W')
     */
    public FeatureMap applyLike(FeatureMap x, FeatureMap like) {
        return conv.apply(x.upsampleLike(like));
    }
}
