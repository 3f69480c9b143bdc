package io.selfcascade.diffusion.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.graph.ParameterSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FreshWeightsTest {

    private static final FreshWeights FRESH = new FreshWeights(3);

    @Test
    void startsEveryBlockOfAUNetAsTheIdentity() {
        assertThat(FRESH.unet(spec("down_blocks.0.resnets.0.conv2.weight", 4, 4, 3, 3))).containsOnly(0);
        assertThat(FRESH.unet(spec("mid_block.attentions.0.proj_out.weight", 4, 4, 1, 1))).containsOnly(0);
        assertThat(FRESH.unet(spec("conv_out.weight", 4, 4, 3, 3))).containsOnly(0);
        assertThat(FRESH.unet(spec("down_blocks.0.resnets.0.conv1.weight", 4, 4, 3, 3))).doesNotContain(0);
    }

    @Test
    void startsScalesAtOneAndBiasesAtZero() {
        assertThat(FRESH.unet(spec("conv_norm_out.weight", 4))).containsOnly(1);
        assertThat(FRESH.unet(spec("conv_norm_out.bias", 4))).containsOnly(0);
    }

    @Test
    void letsAnAutoencodersTrunkPassItsInputOn() {
        float[] weight = FRESH.vae(spec("encoder.conv_in.weight", 16, 3, 3, 3));

        for (int o = 0; o < 16; o++) {
            assertThat(weight[(o * 3 + o % 3) * 9 + 4]).isGreaterThan(0.8f);
        }
        assertThat(FRESH.vae(spec("decoder.conv_out.weight", 3, 16, 3, 3))).doesNotContain(0);
    }

    @Test
    void drawsTheSameWeightsForTheSameKey() {
        ParameterSpec key = spec("up_blocks.1.resnets.0.conv1.weight", 8, 8, 3, 3);

        assertThat(new FreshWeights(3).unet(key)).isEqualTo(FRESH.unet(key));
        assertThat(new FreshWeights(4).unet(key)).isNotEqualTo(FRESH.unet(key));
    }

    private static ParameterSpec spec(String key, long... shape) {
        return new ParameterSpec(key, Arrays.stream(shape).boxed().toList());
    }
}
