package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.model.clip.ClipTokenizer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every token of transformers' CLIPTokenizer, with {@code <|endoftext|>} and with {@code !} as padding. */
class TokenizerParityTest {

    private static final int POSITIONS = 77;

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("strings")
    void givesTheSameTokens(String model, String text, long[] expected) {
        ClipTokenizer tokenizer = ClipTokenizer.load(DiffusersFolder.open(Reference.path(model)), POSITIONS);

        assertThat(tokenizer.encode(text)).isEqualTo(expected);
    }

    static Stream<Arguments> strings() {
        return Stream.of("tiny-eps", "tiny-v").flatMap(model -> Reference.json(model + "/tokens.json").valueStream()
                .map(entry -> Arguments.of(model, entry.get("text").asString(),
                        entry.get("ids").valueStream().mapToLong(id -> id.asLong()).toArray())));
    }
}
