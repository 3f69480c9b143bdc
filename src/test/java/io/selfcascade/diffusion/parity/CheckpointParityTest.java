package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files written by the safetensors library and folders saved by diffusers, read by the product's readers. */
class CheckpointParityTest {

    private static final Path TYPES = Reference.path("formats/types.safetensors");

    @ParameterizedTest
    @ValueSource(strings = {"f16", "bf16", "matrix"})
    void widensSixteenBitsAsTorchDoes(String name) {
        try (SafetensorsFile file = SafetensorsFile.open(TYPES)) {
            float[] expected = Reference.open("formats/types.safetensors").floats(name + ".as_f32");

            assertThat(bits(file.floats(name))).isEqualTo(bits(expected));
        }
    }

    @Test
    void readsEveryShapeAndType() {
        try (SafetensorsFile file = SafetensorsFile.open(TYPES)) {
            assertThat(file.entry("scalar").shape()).isEmpty();
            assertThat(file.floats("scalar")).containsExactly(2.5f);
            assertThat(file.entry("empty").shape()).containsExactly(0L, 3L);
            assertThat(file.floats("empty")).isEmpty();
            assertThat(file.entry("matrix").shape()).containsExactly(3L, 5L);
            assertThat(file.longs("i64")).containsExactly(-1L, 0L, 1L << 40);
            assertThat(file.metadata()).containsEntry("made_by", "safetensors 0.6.2");
        }
    }

    @ParameterizedTest
    @CsvSource({"tiny-eps,unet", "tiny-eps,vae", "tiny-eps,text_encoder",
            "tiny-v,unet", "tiny-v,vae", "tiny-v,text_encoder"})
    void findsEveryTensorOfAComponentInOneFileOrInShards(String model, String component) throws IOException {
        Path folder = Reference.path(model).resolve(component);
        Set<String> expected;
        try (Stream<Path> files = Files.list(folder)) {
            expected = files.map(file -> Reference.path("").relativize(file).toString())
                    .filter(name -> name.endsWith(".safetensors"))
                    .flatMap(name -> Reference.open(name).names().stream())
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        try (CheckpointWeights weights = DiffusersFolder.open(Reference.path(model)).weights(component)) {
            assertThat(new TreeSet<>(weights.names())).isEqualTo(expected);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            // One bit pattern for all that is not a number: its payload carries no meaning.
            bits[i] = Float.isNaN(values[i]) ? Float.floatToIntBits(Float.NaN) : Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
