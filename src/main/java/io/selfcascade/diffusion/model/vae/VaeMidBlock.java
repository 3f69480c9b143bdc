package io.selfcascade.diffusion.model.vae;

import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.GroupNorm;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tokens;
import io.selfcascade.diffusion.nn.Attention;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import org.jspecify.annotations.Nullable;

/** The middle of encoder and decoder: two residual blocks, and attention of one head over all cells between them. */
final class VaeMidBlock {

    private final ResnetBlock2D first;
    private final @Nullable GroupNorm groupNorm;
    private final @Nullable Attention attention;
    private final ResnetBlock2D second;

    VaeMidBlock(Params p, int channels, NormConfig norm, boolean attends) {
        Params attentions = p.at("attentions", 0);
        groupNorm = attends ? attentions.groupNorm("group_norm", channels, norm) : null;
        attention = attends ? new Attention(attentions, channels, channels, 1, true) : null;
        first = new ResnetBlock2D(p.at("resnets", 0), channels, channels, norm);
        second = new ResnetBlock2D(p.at("resnets", 1), channels, channels, norm);
    }

    /** (B, C, H, W) to the same shape. */
    FeatureMap apply(FeatureMap x) {
        return second.apply(attend(first.apply(x)));
    }

    private FeatureMap attend(FeatureMap x) {
        if (groupNorm == null || attention == null) {
            return x;
        }
        Tokens cells = groupNorm.apply(x).toTokens();      // (B, C, H, W) -> (B, H W, C)
        return attention.apply(cells, cells, 1).toMap(x).plus(x);
    }
}
