package io.selfcascade.diffusion.model.unet;

import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.nn.Downsample2D;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import io.selfcascade.diffusion.nn.Transformer2DModel;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** DownBlock2D, or CrossAttnDownBlock2D where the level attends to the text. */
final class DownBlock {

    private final int level;
    private final List<ResnetBlock2D> resnets = new ArrayList<>();
    private final List<Transformer2DModel> attentions = new ArrayList<>();
    private final @Nullable Downsample2D downsampler;

    DownBlock(Params p, UNet2DConditionConfig config, int level) {
        this.level = level;
        int out = config.blockOutChannels().get(level);
        int in = config.blockOutChannels().get(Math.max(0, level - 1));
        NormConfig norm = new NormConfig(config.normGroups(), config.normEpsilon());
        for (int j = 0; j < config.layersPerBlock(); j++) {
            resnets.add(new ResnetBlock2D(p.at("resnets", j), j == 0 ? in : out, out, config.embeddingChannels(), norm));
            if (config.downAttention().get(level)) {
                attentions.add(new Transformer2DModel(p.at("attentions", j), out, config.crossAttentionDim(),
                        config.heads().get(level), config.transformerLayers().get(level), config.linearProjection(),
                        config.normGroups()));
            }
        }
        downsampler = level == config.levels() - 1 ? null : Downsample2D.padded(p.at("downsamplers", 0), out);
    }

    FeatureMap apply(FeatureMap h, Conditioning given, Deque<FeatureMap> skips) {
        int dilation = given.variant().dilation(Point.down(level));
        int index = level == 0 ? 1 : 0;   // conv_in is skip (0, 0)
        for (int j = 0; j < resnets.size(); j++) {
            h = resnets.get(j).apply(h, given.embedding(), dilation);
            if (!attentions.isEmpty()) {
                h = attentions.get(j).apply(h, given.context(), given.variant().attentionScaling());
            }
            skips.push(given.hooked(Point.skip(level, index++), h));
        }
        if (downsampler != null) {
            h = downsampler.apply(h);
            skips.push(given.hooked(Point.skip(level, index), h));
        }
        return given.hooked(Point.down(level), h);
    }
}
