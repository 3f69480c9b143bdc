package io.selfcascade.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffusersFolderTest {

    private static final Path PARITY = Path.of("src/test/resources/parity");

    @TempDir
    private Path folder;

    @Test
    void readsAFolderSavedByDiffusers() {
        DiffusersFolder saved = DiffusersFolder.open(PARITY.resolve("tiny-eps"));

        saved.require(DiffusersFolder.UNET, "UNet2DConditionModel");
        assertThat(saved.has("safety_checker")).isFalse();
        assertThat(saved.config(DiffusersFolder.SCHEDULER)).containsKey("beta_start");
        assertThat(saved.file(DiffusersFolder.TOKENIZER, "vocab.json")).exists();
        try (CheckpointWeights weights = saved.weights(DiffusersFolder.TEXT_ENCODER)) {
            assertThat(weights.names()).contains("text_model.final_layer_norm.weight");
        }
    }

    @Test
    void readsShardsAsOneCheckpoint() {
        try (CheckpointWeights weights = DiffusersFolder.open(PARITY.resolve("tiny-v")).weights(DiffusersFolder.UNET)) {
            for (String name : weights.names()) {
                assertThat(weights.raw(name).shape()).isEqualTo(weights.shape(name));
            }
            assertThat(weights.names()).contains("conv_in.weight", "conv_out.bias");
        }
    }

    @Test
    void refusesAComponentOfAnotherClass() {
        DiffusersFolder saved = DiffusersFolder.open(PARITY.resolve("tiny-eps"));

        assertThatThrownBy(() -> saved.require(DiffusersFolder.UNET, "UNet3DConditionModel"))
                .hasMessageContaining("its unet is UNet2DConditionModel (expected UNet3DConditionModel)");
        assertThatThrownBy(() -> saved.require("text_encoder_2", "CLIPTextModel")).hasMessageContaining("missing");
    }

    @Test
    void takesTheVariantItIsAskedFor() throws IOException {
        new SafetensorsWriter().tensor("plain", new float[1], 1).write(folder.resolve("model.safetensors"));
        new SafetensorsWriter().tensor("half", new float[1], 1).write(folder.resolve("model.fp16.safetensors"));

        try (CheckpointWeights plain = CheckpointWeights.open(folder, "model", null);
                CheckpointWeights half = CheckpointWeights.open(folder, "model", "fp16")) {
            assertThat(plain.names()).containsExactly("plain");
            assertThat(half.names()).containsExactly("half");
        }
    }

    @Test
    void refusesPickledAndMissingWeights() throws IOException {
        assertThatThrownBy(() -> CheckpointWeights.open(folder, "model", null))
                .hasMessageContaining("no model.safetensors and no model.safetensors.index.json");
        Files.createFile(folder.resolve("pytorch_model.bin"));

        assertThatThrownBy(() -> CheckpointWeights.open(folder, "model", null)).hasMessageContaining("pickled")
                .extracting(e -> ((CascadeException) e).code()).isEqualTo(ErrorCode.CHECKPOINT_UNSUPPORTED);
    }

    @Test
    void refusesAnIndexThatLeadsElsewhereOrPromisesTooMuch() throws IOException {
        new SafetensorsWriter().tensor("a", new float[1], 1).write(folder.resolve("m-00001.safetensors"));
        Path index = folder.resolve("m.safetensors.index.json");

        Files.writeString(index, "{\"weight_map\":{\"a\":\"../m-00001.safetensors\"}}");
        assertThatThrownBy(() -> CheckpointWeights.open(folder, "m", null)).hasMessageContaining("plain .safetensors");
        Files.writeString(index, "{\"weight_map\":{\"b\":\"m-00001.safetensors\"}}");
        assertThatThrownBy(() -> CheckpointWeights.open(folder, "m", null)).hasMessageContaining("no tensor b");
        Files.writeString(index, "{\"weight_map\":{}}");
        assertThatThrownBy(() -> CheckpointWeights.open(folder, "m", null)).hasMessageContaining("no weight_map");
    }

    @Test
    void bindsKeysInTheModelsOrder() {
        Map<String, List<Long>> wanted = new LinkedHashMap<>();
        wanted.put("b.weight", List.of(2L));
        wanted.put("a.weight", List.of(1L));

        try (CheckpointWeights weights = weights("a.weight", 1, "b.weight", 2, "text_model.embeddings.position_ids", 1)) {
            KeyBinding binding = KeyBinding.of("unet", wanted, weights);

            assertThat(binding.unexpected()).isEmpty();
            assertThat(binding.tensors(wanted, weights).keySet()).containsExactly("b.weight", "a.weight");
            assertThat(binding.tensors(wanted, weights).get("b.weight").dtype()).isEqualTo(Dtype.F32);
        }
    }

    @Test
    void bindsTheLegacyNamesOfAttention() {
        Map<String, List<Long>> wanted = new LinkedHashMap<>();
        for (String name : List.of("to_q", "to_k", "to_v", "to_out.0")) {
            wanted.put("mid_block.attentions.0." + name + ".weight", List.of(2L, 2L));
        }
        SafetensorsWriter legacy = new SafetensorsWriter();
        for (String name : List.of("query", "key", "value", "proj_attn")) {
            legacy.tensor("mid_block.attentions.0." + name + ".weight", new float[4], 2, 2, 1, 1);
        }
        legacy.write(folder.resolve("model.safetensors"));

        try (CheckpointWeights weights = CheckpointWeights.open(folder, "model", null)) {
            Map<String, RawTensor> tensors = KeyBinding.of("vae", wanted, weights).tensors(wanted, weights);

            assertThat(tensors).hasSize(4).allSatisfy((key, raw) -> assertThat(raw.shape()).containsExactly(2L, 2L));
        }
    }

    @Test
    void saysWhatDoesNotFit() {
        Map<String, List<Long>> wanted = Map.of("conv_in.weight", List.of(320L, 4L, 3L, 3L));
        new SafetensorsWriter().tensor("conv_in.weight", new float[320 * 81], 320, 9, 3, 3)
                .write(folder.resolve("model.safetensors"));

        try (CheckpointWeights weights = CheckpointWeights.open(folder, "model", null)) {
            assertThatThrownBy(() -> KeyBinding.of("unet", wanted, weights).tensors(wanted, weights)).hasMessage(
                    "Cannot bind unet.conv_in.weight: checkpoint has [320, 9, 3, 3], model wants [320, 4, 3, 3]"
                            + " (is this an inpainting checkpoint?)");
        }
        try (CheckpointWeights weights = weights("x", 1, "y", 1, "z", 1)) {
            assertThatThrownBy(() -> KeyBinding.of("unet", wanted, weights).tensors(wanted, weights))
                    .hasMessageContaining("checkpoint lacks conv_in.weight; it has unused x, y, z");
        }
    }

    @Test
    void hashesContentAndNamesAndNothingElse() throws IOException {
        copy(PARITY.resolve("tiny-eps"), folder.resolve("one"));
        copy(PARITY.resolve("tiny-eps"), folder.resolve("two"));
        String hash = ContentHash.of(folder.resolve("one"));

        Files.writeString(folder.resolve("two/README.md"), "hello");
        assertThat(ContentHash.of(folder.resolve("two"))).isEqualTo(hash).matches("[0-9a-f]{64}");
        Files.move(folder.resolve("two/unet/config.json"), folder.resolve("two/unet/config2.json"));
        assertThat(ContentHash.of(folder.resolve("two"))).isNotEqualTo(hash);
    }

    @Test
    void unpacksAFolderFromTheClassPathOnce() {
        Path first = BundledModel.unpack("parity/tiny-eps", folder);
        Path second = BundledModel.unpack("parity/tiny-eps", folder);

        assertThat(second).isEqualTo(first);
        assertThat(folder).isDirectoryContaining("glob:**tiny-eps-*").isDirectoryNotContaining("glob:**.unpacking*");
        assertThat(DiffusersFolder.open(first).config(DiffusersFolder.UNET))
                .isEqualTo(DiffusersFolder.open(PARITY.resolve("tiny-eps")).config(DiffusersFolder.UNET));
        assertThatThrownBy(() -> BundledModel.unpack("models/none", folder)).hasMessageContaining("no model_index.json");
    }

    private CheckpointWeights weights(Object... namesAndSizes) {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int i = 0; i < namesAndSizes.length; i += 2) {
            int size = (Integer) namesAndSizes[i + 1];
            writer.tensor((String) namesAndSizes[i], new float[size], size);
        }
        writer.write(folder.resolve("model.safetensors"));
        return CheckpointWeights.open(folder, "model", null);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
