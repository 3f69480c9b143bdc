package io.selfcascade.diffusion.model.vae;

import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.GroupNorm;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import io.selfcascade.diffusion.nn.Upsample2D;
import java.util.ArrayList;
import java.util.List;

/** From a raw latent to a picture: the decoder half of AutoencoderKL. */
final class VaeDecoder {

    private final Conv2d convIn;
    private final VaeMidBlock midBlock;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Conv2d convOut;

    VaeDecoder(Params p, AutoencoderKlConfig config, NormConfig norm) {
        List<Integer> channels = config.blockOutChannels();
        int in = channels.get(channels.size() - 1);
        convIn = p.conv2d("conv_in", config.latentChannels(), in, Kernel.SAME_3X3);
        midBlock = new VaeMidBlock(p.at("mid_block"), in, norm, config.midAttention());
        for (int block = 0; block < channels.size(); block++) {
            Params up = p.at("up_blocks", block);
            int out = channels.get(channels.size() - 1 - block);
            List<ResnetBlock2D> resnets = new ArrayList<>();
            for (int j = 0; j <= config.layersPerBlock(); j++) {
                resnets.add(new ResnetBlock2D(up.at("resnets", j), in, out, norm));
                in = out;
            }
            boolean last = block == channels.size() - 1;
            levels.add(new Level(resnets, last ? List.of() : List.of(new Upsample2D(up.at("upsamplers", 0), out))));
        }
        convNormOut = p.groupNorm("conv_norm_out", in, norm);
        convOut = p.conv2d("conv_out", in, config.outChannels(), Kernel.SAME_3X3);
    }

    /** (B, latent, h, w) to (B, 3, H, W), about [-1, 1]. */
    FeatureMap apply(FeatureMap latent) {
        FeatureMap h = midBlock.apply(convIn.apply(latent));
        for (Level level : levels) {
            for (ResnetBlock2D resnet : level.resnets) {
                h = resnet.apply(h);
            }
            for (Upsample2D upsampler : level.upsamplers) {
                h = upsampler.apply(h);
            }
        }
        return convOut.apply(convNormOut.apply(h).silu());
    }

    private record Level(List<ResnetBlock2D> resnets, List<Upsample2D> upsamplers) {}
}
