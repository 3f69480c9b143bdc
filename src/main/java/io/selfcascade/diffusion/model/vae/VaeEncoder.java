package io.selfcascade.diffusion.model.vae;

import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.GroupNorm;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.nn.Downsample2D;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import java.util.ArrayList;
import java.util.List;

/** From a picture to the moments of its latent: the encoder half of AutoencoderKL. */
final class VaeEncoder {

    private final Conv2d convIn;
    private final List<Level> levels = new ArrayList<>();
    private final VaeMidBlock midBlock;
    private final GroupNorm convNormOut;
    private final Conv2d convOut;

    VaeEncoder(Params p, AutoencoderKlConfig config, NormConfig norm) {
        List<Integer> channels = config.blockOutChannels();
        convIn = p.conv2d("conv_in", config.inChannels(), channels.get(0), Kernel.SAME_3X3);
        int in = channels.get(0);
        for (int level = 0; level < channels.size(); level++) {
            Params block = p.at("down_blocks", level);
            List<ResnetBlock2D> resnets = new ArrayList<>();
            for (int j = 0; j < config.layersPerBlock(); j++) {
                resnets.add(new ResnetBlock2D(block.at("resnets", j), in, channels.get(level), norm));
                in = channels.get(level);
            }
            boolean last = level == channels.size() - 1;
            levels.add(new Level(resnets, last ? List.of() : List.of(Downsample2D.asymmetric(block.at("downsamplers", 0), in))));
        }
        midBlock = new VaeMidBlock(p.at("mid_block"), in, norm, config.midAttention());
        convNormOut = p.groupNorm("conv_norm_out", in, norm);
        convOut = p.conv2d("conv_out", in, 2 * config.latentChannels(), Kernel.SAME_3X3);
    }

    /** (B, 3, H, W) in [-1, 1] to (B, 2 latent, h, w). */
    FeatureMap apply(FeatureMap picture) {
        FeatureMap h = convIn.apply(picture);
        for (Level level : levels) {
            for (ResnetBlock2D resnet : level.resnets) {
                h = resnet.apply(h);
            }
            for (Downsample2D downsampler : level.downsamplers) {
                h = downsampler.apply(h);
            }
        }
        return convOut.apply(convNormOut.apply(midBlock.apply(h)).silu());
    }

    private record Level(List<ResnetBlock2D> resnets, List<Downsample2D> downsamplers) {}
}
