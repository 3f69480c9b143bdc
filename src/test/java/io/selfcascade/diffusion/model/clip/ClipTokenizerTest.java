package io.selfcascade.diffusion.model.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.checkpoint.CheckpointJson;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTokenizerTest {

    private static final Path SCENES = Path.of("src/main/resources/models/scenes");

    private final ClipTokenizer scenes = ClipTokenizer.load(DiffusersFolder.open(SCENES), 32);

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void agreesWithTransformersOnEveryString(String model) throws IOException {
        // Fixture: CLIPTokenizer of transformers 4.57.3 without ftfy; tiny-v pads with "!" as Stable Diffusion 2.1 does.
        Path folder = Path.of("src/test/resources/parity").resolve(model);
        ClipTokenizer tokenizer = ClipTokenizer.load(DiffusersFolder.open(folder), 77);
        String cases = "{\"cases\":" + Files.readString(folder.resolve("tokens.json")) + "}";

        for (Object one : (List<?>) CheckpointJson.parse(cases.getBytes(StandardCharsets.UTF_8), "x").get("cases")) {
            Map<?, ?> example = (Map<?, ?>) one;
            long[] expected = ((List<?>) example.get("ids")).stream().mapToLong(id -> ((Number) id).longValue()).toArray();

            assertThat(tokenizer.encode((String) example.get("text"))).as("%s", example.get("text"))
                    .containsExactly(expected);
        }
    }

    @Test
    void knowsEveryWordOfTheBundledModel() {
        long[] ids = scenes.encode("a large red circle on a white background");

        assertThat(ids).hasSize(32).startsWith(596).endsWith(597);
        assertThat(Arrays.stream(ids).filter(id -> id == 597).findFirst()).isPresent();
        assertThat(ids[9]).isEqualTo(597);
    }

    @ParameterizedTest
    @CsvSource({"A  RED circle, 'A red circle'", "'red\u0000circle', redcircle", "'red\u200dcircle', redcircle",
            "'red\u3000circle', red circle", "'e\u0301', '\u00e9'"})
    void cleansBeforeItSplits(String text, String same) {
        assertThat(scenes.encode(text)).containsExactly(scenes.encode(same));
    }

    @Test
    void separatesChineseCharactersButNotKana() {
        assertThat(ClipTextCleaner.clean("\u732b\u732b\u3053\u3093")).isEqualTo("\u732b \u732b \u3053\u3093");
    }

    @Test
    void cutsWhatDoesNotFitAndKeepsTheEnd() {
        long[] ids = scenes.encode("red ".repeat(100));

        assertThat(ids).hasSize(32);
        assertThat(ids[30]).isEqualTo(ids[1]);
        assertThat(ids[31]).isEqualTo(597);
    }

    @Test
    void readsUnknownBytesAsTheEnd(@TempDir Path folder) throws IOException {
        Path tokenizer = Files.createDirectories(folder.resolve("tokenizer"));
        for (String file : new String[] {"merges.txt", "vocab.json"}) {
            String text = Files.readString(SCENES.resolve("tokenizer").resolve(file));
            Files.writeString(tokenizer.resolve(file), text.replaceFirst("\"\u00c3\": \\d+, ", ""));
        }
        Files.copy(SCENES.resolve("model_index.json"), folder.resolve("model_index.json"));

        assertThat(scenes.encode("\u00fc")[1]).isNotEqualTo(597);
        assertThat(ClipTokenizer.load(DiffusersFolder.open(folder), 32).encode("\u00fc")[1]).isEqualTo(597);
    }

    @Test
    void refusesAVocabularyWithoutItsSpecialTokens(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("tokenizer"));
        Files.writeString(folder.resolve("model_index.json"), "{}");
        Files.writeString(folder.resolve("tokenizer/vocab.json"), "{\"a\": 0}");
        Files.writeString(folder.resolve("tokenizer/merges.txt"), "#version: 0.2\n");

        assertThatThrownBy(() -> ClipTokenizer.load(DiffusersFolder.open(folder), 77))
                .hasMessageContaining("neither <|endoftext|> nor");
    }
}
