package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.Params;

/** Halves a map by a 3x3 convolution of stride 2. */
public final class Downsample2D {

    private final Conv2d conv;
    private final boolean asymmetric;

    private Downsample2D(Conv2d conv, boolean asymmetric) {
        this.conv = conv;
        this.asymmetric = asymmetric;
    }

    /** Padded by one on every side, as in the UNet: H becomes (H + 1) / 2. */
    public static Downsample2D padded(Params p, int channels) {
        return new Downsample2D(p.conv2d("conv", channels, channels, Kernel.DOWN_3X3), false);
    }

    /** Padded by one on the right and at the bottom only, as in the VAE: H becomes H / 2. */
    public static Downsample2D asymmetric(Params p, int channels) {
        return new Downsample2D(p.conv2d("conv", channels, channels, Kernel.DOWN_3X3_UNPADDED), true);
    }

    /**
     * @param x (B, C, H, W)
     * @return (B, C, H', W')
     */
    public FeatureMap apply(FeatureMap x) {
        return conv.apply(asymmetric ? x.pad(0, 1, 0, 1) : x);
    }
}
