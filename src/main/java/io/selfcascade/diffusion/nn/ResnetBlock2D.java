package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.GroupNorm;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The residual block of diffusers' UNet and VAE: two 3x3 convolutions, the time embedding added per channel between
 * them.
 */
public final class ResnetBlock2D {

    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final @Nullable Linear timeEmbProj;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final @Nullable Conv2d convShortcut;

    /** A block with a time embedding, as in a UNet. */
    public ResnetBlock2D(Params p, int in, int out, int embedding, NormConfig norm) {
        norm1 = p.groupNorm("norm1", in, norm);
        conv1 = p.conv2d("conv1", in, out, Kernel.SAME_3X3);
        timeEmbProj = embedding == 0 ? null : p.linear("time_emb_proj", embedding, out);
        norm2 = p.groupNorm("norm2", out, norm);
        conv2 = p.conv2d("conv2", out, out, Kernel.SAME_3X3);
        convShortcut = in == out ? null : p.conv2d("conv_shortcut", in, out, Kernel.POINTWISE);
    }

    /** A block without a time embedding, as in a VAE. */
    public ResnetBlock2D(Params p, int in, int out, NormConfig norm) {
        this(p, in, out, 0, norm);
    }

    /**
     * @param x (B, in, H, W)
     * @param emb (B, embedding), before its SiLU
     * @return (B, out, H, W)
     */
    public FeatureMap apply(FeatureMap x, Embedding emb) {
        return apply(x, emb, 1);
    }

    /**
     * @param x (B, in, H, W)
     * @return (B, out, H, W)
     */
    public FeatureMap apply(FeatureMap x) {
        return apply(x, null, 1);
    }

    /**
     * @param dilation distance between the taps of both 3x3 convolutions; 1 is the plain block
     * @return (B, out, H, W)
     * @throws CascadeException GRAPH_INVALID if {@code emb} is given to a block made without one, or missing
     */
    public FeatureMap apply(FeatureMap x, @Nullable Embedding emb, int dilation) {
        FeatureMap h = conv1.dilated(dilation).apply(norm1.apply(x).silu());   // (B, out, H, W)
        if (timeEmbProj != null && emb != null) {
            h = h.plusPerChannel(timeEmbProj.apply(emb.silu()));
        } else if (timeEmbProj != null || emb != null) {
            throw new CascadeException(ErrorCode.GRAPH_INVALID, "Cannot apply " + conv1.weight().key()
                    + ": time embedding wanted " + (timeEmbProj != null) + ", given " + (emb != null) + " (match them)");
        }
        h = conv2.dilated(dilation).apply(norm2.apply(h).silu());
        return h.plus(convShortcut == null ? x : convShortcut.apply(x));
    }
}
