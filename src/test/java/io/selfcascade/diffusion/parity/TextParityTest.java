package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.model.clip.ClipTextConfig;
import io.selfcascade.diffusion.model.clip.ClipTextEncoder;
import io.selfcascade.diffusion.model.clip.ClipTokenizer;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** CLIPTextModel with both activations, from prompt to states. */
class TextParityTest extends NativeRun {

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void readsPromptsAlike(String name) {
        Reference reference = Reference.open(name + "/reference.safetensors");
        JsonNode facts = Reference.json(name + "/facts.json");
        DiffusersFolder folder = DiffusersFolder.open(Reference.path(name));
        ClipTextConfig config = ClipTextConfig.of(folder.config(DiffusersFolder.TEXT_ENCODER));
        ClipTextEncoder encoder = new ClipTextEncoder(Params.root("text_encoder"), config);
        ClipTokenizer tokenizer = ClipTokenizer.load(folder, config.positions());
        List<String> prompts = List.of(facts.get("prompt").asString(), facts.get("other").asString(),
                facts.get("negative").asString(), "");

        long[] ids = prompts.stream().flatMapToLong(prompt -> LongStream.of(tokenizer.encode(prompt))).toArray();
        NDArray states;
        try (CheckpointWeights weights = folder.weights(DiffusersFolder.TEXT_ENCODER)) {
            states = encoder.load(scope).run(scope, weights(encoder.layout(), weights),
                    scope.longs(ids, prompts.size(), tokenizer.length()), Mode.INFER);
        }

        assertThat(ids).isEqualTo(reference.longs("text.ids"));
        Judge.agrees(name + " · text states", TensorScope.toFloats(states), reference.floats("text.states"));
    }
}
