package io.selfcascade.diffusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.checkpoint.KeyBinding;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.model.clip.ClipTextConfig;
import io.selfcascade.diffusion.model.clip.ClipTokenizer;
import io.selfcascade.diffusion.model.unet.UNet2DConditionConfig;
import io.selfcascade.diffusion.model.unet.UNet2DConditionModel;
import io.selfcascade.diffusion.scenes.SceneCaption;
import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenesTrainingTest {

    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final String TEXT = "text_encoder/model.safetensors";

    @TempDir
    private Path folder;

    @Test
    void makesTheSameModelWhetherInterruptedOrNot() throws IOException {
        Path straight = folder.resolve("straight");
        Path broken = folder.resolve("broken");

        assertThat(train(straight, Optional.empty(), false, StopSignal.manual())).isTrue();
        copyAutoencoder(straight, broken);
        assertThat(train(broken, Optional.empty(), false, stopped())).isFalse();
        assertThat(train(broken, Optional.empty(), true, StopSignal.manual())).isTrue();

        assertThat(broken.resolve(UNET)).hasSameBinaryContentAs(straight.resolve(UNET));
        assertThat(broken.resolve(TEXT)).hasSameBinaryContentAs(straight.resolve(TEXT));
        bindsEveryWeightOf(DiffusersFolder.open(straight));
        takesTheWordsAlong(straight);
    }

    @Test
    void doesNotOverwriteATrainingItIsNotAskedToResume() throws IOException {
        Files.createDirectories(folder.resolve("training"));

        assertThatThrownBy(() -> train(folder, Optional.empty(), false, StopSignal.manual()))
                .isInstanceOf(CascadeException.class).hasMessageContaining("resume it or choose another folder");
    }

    @Test
    void knowsEveryWordOfACaptionAsOneToken() {
        DiffusersFolder model = ModelFolder.prepare(folder).open();
        ClipTextConfig config = ClipTextConfig.of(model.config(DiffusersFolder.TEXT_ENCODER));
        ClipTokenizer tokenizer = ClipTokenizer.load(model, config.positions());

        assertThat(config.vocabSize()).isEqualTo(tokenizer.encode("")[1] + 1);
        for (String word : SceneCaption.vocabulary()) {
            assertThat(tokenizer.encode(word)[2]).as(word).isEqualTo(config.vocabSize() - 1);
        }
    }

    private void takesTheWordsAlong(Path earlier) {
        Path later = folder.resolve("later");
        ModelFolder.prepare(later);
        WarmStart start = new WarmStart(DiffusersFolder.open(earlier), DiffusersFolder.open(later));
        ParameterSpec tokens =
                new ParameterSpec("text_model.embeddings.token_embedding.weight", List.of(598L, 64L));

        float[] table = start.component(DiffusersFolder.TEXT_ENCODER, new FreshWeights(0)::textEncoder).apply(tokens);

        try (CheckpointWeights weights = DiffusersFolder.open(earlier).weights(DiffusersFolder.TEXT_ENCODER)) {
            float[] stored = new float[table.length];
            weights.raw(tokens.key()).bytes().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(stored);
            assertThat(table).isEqualTo(stored);
        }
    }

    private static void bindsEveryWeightOf(DiffusersFolder model) {
        UNet2DConditionModel unet = new UNet2DConditionModel(
                Params.root("unet"), UNet2DConditionConfig.of(model.config(DiffusersFolder.UNET)));
        Map<String, List<Long>> wanted = new LinkedHashMap<>();
        unet.layout().parameters().forEach(parameter -> wanted.put(parameter.key(), parameter.shape()));
        try (CheckpointWeights weights = model.weights(DiffusersFolder.UNET)) {
            KeyBinding binding = KeyBinding.of("unet", wanted, weights);
            assertThat(binding.missing()).isEmpty();
            assertThat(binding.unexpected()).isEmpty();
        }
    }

    /** The autoencoder's half is the same code; copying its result halves the time of this test. */
    private static void copyAutoencoder(Path from, Path to) throws IOException {
        ModelFolder.prepare(to);
        for (String file : List.of("vae/config.json", "vae/diffusion_pytorch_model.safetensors")) {
            Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static StopSignal stopped() {
        StopSignal stop = StopSignal.manual();
        stop.raise();
        return stop;
    }

    private static boolean train(Path out, Optional<Path> init, boolean resume, StopSignal stop) {
        return new ScenesTraining(
                new ScenesTraining.Settings(out, init, 1, 2, 2, 4, 1, 1, resume), line -> {}).run(stop);
    }
}
