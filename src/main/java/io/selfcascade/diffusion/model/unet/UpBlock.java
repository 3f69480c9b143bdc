package io.selfcascade.diffusion.model.unet;

import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import io.selfcascade.diffusion.nn.Transformer2DModel;
import io.selfcascade.diffusion.nn.Upsample2D;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** UpBlock2D, or CrossAttnUpBlock2D where the level attends to the text. Blocks count from the smallest map. */
final class UpBlock {

    private final int block;
    private final List<ResnetBlock2D> resnets = new ArrayList<>();
    private final List<Transformer2DModel> attentions = new ArrayList<>();
    private final @Nullable Upsample2D upsampler;

    UpBlock(Params p, UNet2DConditionConfig config, int block) {
        this.block = block;
        int last = config.levels() - 1;
        int level = last - block;
        int out = config.blockOutChannels().get(level);
        int previous = config.blockOutChannels().get(Math.min(last, level + 1));
        int lower = config.blockOutChannels().get(Math.max(0, level - 1));
        NormConfig norm = new NormConfig(config.normGroups(), config.normEpsilon());
        for (int j = 0; j <= config.layersPerBlock(); j++) {
            int in = j == 0 ? previous : out;
            int skip = j == config.layersPerBlock() ? lower : out;
            resnets.add(new ResnetBlock2D(p.at("resnets", j), in + skip, out, config.embeddingChannels(), norm));
            if (config.upAttention().get(block)) {
                attentions.add(new Transformer2DModel(p.at("attentions", j), out, config.crossAttentionDim(),
                        config.heads().get(level), config.transformerLayers().get(level), config.linearProjection(),
                        config.normGroups()));
            }
        }
        upsampler = block == last ? null : new Upsample2D(p.at("upsamplers", 0), out);
    }

    FeatureMap apply(FeatureMap h, Conditioning given, Deque<FeatureMap> skips) {
        int dilation = given.variant().dilation(Point.up(block));
        for (int j = 0; j < resnets.size(); j++) {
            h = resnets.get(j).apply(h.concat(skips.pop()), given.embedding(), dilation);
            if (!attentions.isEmpty()) {
                h = attentions.get(j).apply(h, given.context(), given.variant().attentionScaling());
            }
        }
        if (upsampler != null) {
            h = upsampler.applyLike(h, skips.element());
        }
        return given.hooked(Point.up(block), h);
    }
}
