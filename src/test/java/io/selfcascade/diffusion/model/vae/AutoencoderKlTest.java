package io.selfcascade.diffusion.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointJson;
import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.TorchTest;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.TensorNames;
import io.selfcascade.spec.Tiling;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoencoderKlTest extends TorchTest {

    private static final Map<String, Object> STABLE_DIFFUSION = Map.of("block_out_channels", List.of(128, 256, 512, 512),
            "layers_per_block", 2, "sample_size", 512, "norm_num_groups", 32);

    @Test
    void hasTheKeysAndShapesOfThePublishedCheckpoint() {
        AutoencoderKl vae = vae(AutoencoderKlConfig.of(STABLE_DIFFUSION));

        assertThat(TensorNames.defined(vae.layout())).containsExactlyEntriesOf(TensorNames.published("vae_kl_f8"));
        assertThat(vae.config().scaleFactor()).isEqualTo(8);
        assertThat(vae.config().scaling().factor()).isEqualTo(0.18215);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void agreesWithDiffusers(String model) {
        // Fixture: moments and pictures of diffusers' AutoencoderKL with random weights.
        Path folder = Path.of("src/test/resources/parity", model);
        AutoencoderKl vae = vae(AutoencoderKlConfig.of(CheckpointJson.read(folder.resolve("vae/config.json"))));
        try (SafetensorsFile stored = SafetensorsFile.open(folder.resolve("vae/diffusion_pytorch_model.safetensors"));
                SafetensorsFile reference = SafetensorsFile.open(folder.resolve("reference.safetensors"))) {
            WeightSet weights = WeightSet.of(scope, vae.layout(),
                    p -> scope.floats(stored.floats(p.key()), p.dimensions()));

            NDArray moments = vae.loadEncoder(scope).run(scope, weights, array(reference, "vae.image"), Mode.INFER);
            NDArray picture = vae.loadDecoder(scope).run(scope, weights, array(reference, "vae.latent"), Mode.INFER);

            assertClose(moments, array(reference, "vae.moments"), 1e-5);
            assertClose(picture, array(reference, "vae.decoded"), 1e-5);
        }
    }

    @Test
    void undoesItsScaling() {
        float[] raw = {1, -2, 3, 0.5f};
        LatentScaling perChannel = new LatentScaling(0.9, 0, List.of(0.1, -0.4), List.of(1.5, 0.5));
        LatentScaling shifted = new LatentScaling(1.5305, 0.0609, List.of(), List.of());

        assertThat(perChannel.unscale(perChannel.scale(raw, 2), 2)).usingComparatorWithPrecision(1e-6f).containsExactly(raw);
        assertThat(shifted.scale(raw, 2)[0]).isCloseTo((1 - 0.0609f) * 1.5305f, within(1e-6f));
        assertThat(perChannel.scale(raw, 2)[2]).isCloseTo((3 + 0.4f) * 0.9f / 0.5f, within(1e-5f));
    }

    @Test
    void tilesOnlyWhatIsLargeUnlessTold() {
        AutoencoderKlConfig config = AutoencoderKlConfig.of(STABLE_DIFFUSION);
        VaeTiling tiling = VaeTiling.of(config);

        assertThat(tiling).isEqualTo(new VaeTiling(64, 48, 8));
        assertThat(tiling.applies(Tiling.TILED, config, 64, 64)).isFalse();
        assertThat(tiling.applies(Tiling.TILED, config, 64, 65)).isTrue();
        assertThat(tiling.applies(Tiling.AUTO, config, 128, 128)).isFalse();
        assertThat(tiling.applies(Tiling.AUTO, config, 256, 256)).isTrue();
        assertThat(tiling.applies(Tiling.NONE, config, 256, 256)).isFalse();
    }

    @Test
    void refusesBlocksItHasNot() {
        assertThatThrownBy(() -> AutoencoderKlConfig.of(Map.of("down_block_types", List.of("AttnDownEncoderBlock2D"))))
                .hasMessageContaining("AttnDownEncoderBlock2D");
        assertThatThrownBy(() -> AutoencoderKlConfig.of(Map.of("act_fn", "relu"))).hasMessageContaining("act_fn = relu");
        assertThatThrownBy(() -> AutoencoderKlConfig.of(Map.of())).hasMessageContaining("block_out_channels is empty");
    }

    private static AutoencoderKl vae(AutoencoderKlConfig config) {
        return new AutoencoderKl(Params.root("vae"), config);
    }

    private NDArray array(SafetensorsFile file, String name) {
        return scope.floats(file.floats(name), file.entry(name).shape().stream().mapToLong(Long::longValue).toArray());
    }
}
