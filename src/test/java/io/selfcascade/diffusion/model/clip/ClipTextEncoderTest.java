package io.selfcascade.diffusion.model.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointJson;
import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.TokenIds;
import io.selfcascade.diffusion.graph.TorchTest;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.TensorNames;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTextEncoderTest extends TorchTest {

    private static final ClipTextConfig TINY = new ClipTextConfig(20, 8, 16, 2, 2, 24, true, 1e-5, 19, 6);

    @ParameterizedTest
    @CsvSource({"clipL, 768, 12, 12, 3072, quick_gelu, CLIPTextModel, 768",
            "clipH23, 1024, 23, 16, 4096, gelu, CLIPTextModel, 512",
            "bigG, 1280, 32, 20, 5120, gelu, CLIPTextModelWithProjection, 1280"})
    void hasTheKeysAndShapesOfPublishedCheckpoints(
            String name, int hidden, int layers, int heads, int mlp, String act, String architecture, int projection) {
        ClipTextConfig config = ClipTextConfig.of(Map.of("hidden_size", hidden, "num_hidden_layers", layers,
                "num_attention_heads", heads, "intermediate_size", mlp, "hidden_act", act, "eos_token_id", 2,
                "architectures", List.of(architecture), "projection_dim", projection));

        Map<String, List<Long>> defined = TensorNames.defined(encoder(config).layout());

        assertThat(defined).containsExactlyEntriesOf(TensorNames.published(name));
    }

    @Test
    void seesOnlyWhatCameBefore() {
        ClipTextEncoder encoder = encoder(TINY);
        WeightSet weights = random(encoder);
        Executable<NDArray, NDArray> run = encoder.load(scope);

        float[] one = run(run, weights, 3, 4, 5, 6);
        float[] other = run(run, weights, 3, 4, 9, 6);

        assertThat(Arrays.copyOf(one, 2 * 16)).containsExactly(Arrays.copyOf(other, 2 * 16));
        assertThat(one[2 * 16]).isNotEqualTo(other[2 * 16]);
    }

    @Test
    void givesTheSameStatesInABatch() {
        ClipTextEncoder encoder = encoder(TINY);
        WeightSet weights = random(encoder);
        Executable<NDArray, NDArray> run = encoder.load(scope);

        NDArray both = run.run(scope, weights, scope.longs(new long[] {1, 2, 3, 7, 8, 9}, 2, 3), Mode.INFER);

        assertThat(Arrays.copyOfRange(TensorScope.toFloats(both), 48, 96))
                .usingComparatorWithPrecision(1e-5f).containsExactly(run(run, weights, 7, 8, 9));
    }

    @Test
    void poolsAtTheEndToken() {
        ClipTextEncoder encoder = encoder(TINY);
        WeightSet weights = random(encoder);
        TokenIds ids = TokenIds.input("ids");
        Executable<Tensors, Tensors> run =
                Executable.load(scope, Graph.of(List.of(ids), "pooled", encoder.pooled(ids)));

        float[] early = pooled(run, weights, 3, 19, 5, 6);
        float[] late = pooled(run, weights, 3, 19, 7, 8);

        assertThat(early).hasSize(6).usingComparatorWithPrecision(1e-6f).containsExactly(late);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void agreesWithTransformers(String model) {
        // Fixture: hidden states of transformers' CLIPTextModel with random weights.
        Path folder = Path.of("src/test/resources/parity", model);
        ClipTextEncoder encoder = encoder(ClipTextConfig.of(
                CheckpointJson.read(folder.resolve("text_encoder/config.json"))));
        try (SafetensorsFile stored = SafetensorsFile.open(folder.resolve("text_encoder/model.safetensors"));
                SafetensorsFile reference = SafetensorsFile.open(folder.resolve("reference.safetensors"))) {
            WeightSet weights = WeightSet.of(scope, encoder.layout(),
                    p -> scope.floats(stored.floats(p.key()), p.dimensions()));
            NDArray ids = scope.longs(reference.longs("text.ids"), 4, 77);

            NDArray states = encoder.load(scope).run(scope, weights, ids, Mode.INFER);

            assertClose(states, scope.floats(reference.floats("text.states"), 4, 77, 32), 1e-5);
        }
    }

    @Test
    void refusesWhatItHasNot() {
        ClipTextEncoder encoder = encoder(TINY);

        assertThatThrownBy(() -> encoder.hiddenState(TokenIds.input("ids"), 4)).hasMessageContaining("use 1..3");
        assertThatThrownBy(() -> ClipTextConfig.of(Map.of("hidden_act", "relu"))).hasMessageContaining("hidden_act = relu");
        assertThatThrownBy(() -> ClipTextConfig.of(Map.of("vocab_size", "many"))).hasMessageContaining("is many");
    }

    private static ClipTextEncoder encoder(ClipTextConfig config) {
        return new ClipTextEncoder(Params.root("text_encoder"), config);
    }

    private WeightSet random(ClipTextEncoder encoder) {
        return WeightSet.of(scope, encoder.layout(), p -> random.normal(p.dimensions()));
    }

    private float[] run(Executable<NDArray, NDArray> run, WeightSet weights, long... ids) {
        return TensorScope.toFloats(run.run(scope, weights, scope.longs(ids, 1, ids.length), Mode.INFER));
    }

    private float[] pooled(Executable<Tensors, Tensors> run, WeightSet weights, long... ids) {
        Tensors in = new Tensors(Map.of("ids", scope.longs(ids, 1, ids.length)));
        return TensorScope.toFloats(run.run(scope, weights, in, Mode.INFER).only());
    }
}
