package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.GroupNorm;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tokens;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Transformer blocks over the cells of a map, added back to it. The projections in and out are 1x1 convolutions in
 * Stable Diffusion 1.5 and linear maps since 2.0; the same numbers in another shape.
 */
public final class Transformer2DModel {

    // Not the model's norm_eps: diffusers fixes it here.
    private static final double EPSILON = 1e-6;

    private final GroupNorm norm;
    private final Projection projIn;
    private final List<BasicTransformerBlock> blocks;
    private final Projection projOut;

    /**
     * @param channels of the map
     * @param contextChannels of the text
     * @param heads a divisor of {@code channels}
     * @param layers transformer blocks
     * @param linearProjection whether the projections are linear maps
     * @param groups of the normalisation
     */
    public Transformer2DModel(Params p, int channels, int contextChannels, int heads, int layers,
            boolean linearProjection, int groups) {
        norm = p.groupNorm("norm", channels, new NormConfig(groups, EPSILON));
        projIn = Projection.of(p, "proj_in", channels, linearProjection);
        blocks = IntStream.range(0, layers).mapToObj(i ->
                new BasicTransformerBlock(p.at("transformer_blocks", i), channels, contextChannels, heads)).toList();
        projOut = Projection.of(p, "proj_out", channels, linearProjection);
    }

    /**
     * @param x (B, C, H, W)
     * @param context (B, M, contextChannels)
     * @param selfScaling factor on the logits of self-attention; 1 is plain
     * @return (B, C, H, W)
     */
    public FeatureMap apply(FeatureMap x, Tokens context, double selfScaling) {
        Tokens h = projIn.toTokens(norm.apply(x));
        for (BasicTransformerBlock block : blocks) {
            h = block.apply(h, context, selfScaling);
        }
        return projOut.toMap(h, x).plus(x);
    }

    private sealed interface Projection {

        Tokens toTokens(FeatureMap x);

        FeatureMap toMap(Tokens x, FeatureMap like);

        static Projection of(Params p, String name, int channels, boolean linear) {
            return linear ? new OfTokens(p.linear(name, channels, channels))
                    : new OfMap(p.conv2d(name, channels, channels, Kernel.POINTWISE));
        }

        record OfTokens(Linear linear) implements Projection {
            @Override
            public Tokens toTokens(FeatureMap x) {
                return linear.apply(x.toTokens());
            }

            @Override
            public FeatureMap toMap(Tokens x, FeatureMap like) {
                return linear.apply(x).toMap(like);
            }
        }

        record OfMap(Conv2d conv) implements Projection {
            @Override
            public Tokens toTokens(FeatureMap x) {
                return conv.apply(x).toTokens();
            }

            @Override
            public FeatureMap toMap(Tokens x, FeatureMap like) {
                return conv.apply(x.toMap(like));
            }
        }
    }
}
