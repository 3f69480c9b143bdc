package io.selfcascade.diffusion.model.unet;

import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import io.selfcascade.diffusion.nn.Transformer2DModel;

/** UNetMidBlock2DCrossAttn: a residual block, attention, a residual block on the smallest map. */
final class MidBlock {

    private final ResnetBlock2D first;
    private final Transformer2DModel attention;
    private final ResnetBlock2D second;

    MidBlock(Params p, UNet2DConditionConfig config) {
        int last = config.levels() - 1;
        int channels = config.blockOutChannels().get(last);
        NormConfig norm = new NormConfig(config.normGroups(), config.normEpsilon());
        first = new ResnetBlock2D(p.at("resnets", 0), channels, channels, config.embeddingChannels(), norm);
        attention = new Transformer2DModel(p.at("attentions", 0), channels, config.crossAttentionDim(),
                config.heads().get(last), config.transformerLayers().get(last), config.linearProjection(),
                config.normGroups());
        second = new ResnetBlock2D(p.at("resnets", 1), channels, channels, config.embeddingChannels(), norm);
    }

    FeatureMap apply(FeatureMap h, Conditioning given) {
        int dilation = given.variant().dilation(Point.mid());
        h = first.apply(h, given.embedding(), dilation);
        h = attention.apply(h, given.context(), given.variant().attentionScaling());
        h = second.apply(h, given.embedding(), dilation);
        return given.hooked(Point.mid(), h);
    }
}
