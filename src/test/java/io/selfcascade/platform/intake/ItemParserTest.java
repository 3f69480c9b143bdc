package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemParserTest {

    private static final long WORKLOAD_SEED = 42;

    private final ItemParser parser = new ItemParser(IntakeLimits.DEFAULT);

    @Test
    void readsALineWithEverything() {
        ParsedItem item = parse("""
                {"custom_id":"a-1","prompt":"a red circle","negative_prompt":"blur","seed":"9007199254740993","init_image":"file_1"}\r""");

        assertThat(item).isEqualTo(new AcceptedItem(3, 7, "a-1", "a red circle", "blur", 9007199254740993L, "file_1"));
    }

    @Test
    void derivesTheSeedOfAnItemWithoutOne() {
        AcceptedItem item = (AcceptedItem) parse("{\"prompt\":\"a\"}");

        assertThat(item.seed()).isEqualTo(NoiseSeeds.derive(WORKLOAD_SEED, 3));
    }

    @Test
    void acceptsAPictureWithoutWords() {
        AcceptedItem item = (AcceptedItem) parse("{\"init_image\":\"file_1\"}");

        assertThat(item.prompt()).isEmpty();
    }

    @ParameterizedTest(name = "{1} at {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '´', value = {
        "/prompt     | malformed_json      | {\"prompt\":\"a\"",
        "´´          | malformed_json      | {\"prompt\":\"a\"}{\"prompt\":\"b\"}",
        "´´          | wrong_type          | \"prompt\"",
        "/prompt     | missing_field       | {\"custom_id\":\"a\"}",
        "/prompt     | wrong_type          | {\"prompt\":[\"a\"]}",
        "/prompt     | duplicate_field     | {\"prompt\":\"a\",\"prompt\":\"b\"}",
        "/prompt     | forbidden_character | {\"prompt\":\"a\\u0000\"}",
        "/height     | unknown_field       | {\"prompt\":\"a\",\"height\":512}",
        "/model      | unknown_field       | {\"prompt\":\"a\",\"model\":\"scenes\"}",
        "/steps      | unknown_field       | {\"prompt\":\"a\",\"steps\":5}",
        "/custom_id  | invalid_value       | {\"prompt\":\"a\",\"custom_id\":\"a/b\"}",
        "/custom_id  | invalid_value       | {\"prompt\":\"a\",\"custom_id\":\"-a\"}",
        "/seed       | out_of_range        | {\"prompt\":\"a\",\"seed\":\"18446744073709551616\"}",
    })
    void refusesABadLineWithPointerAndLineNumber(String pointer, String code, String line) {
        RefusedItem item = (RefusedItem) parse(line);

        assertThat(item.ordinal()).isEqualTo(3);
        assertThat(item.violations().get(0).pointer()).isEqualTo(pointer);
        assertThat(item.violations().get(0).code()).isEqualTo(code);
        assertThat(item.detail()).startsWith("Line 7: ");
    }

    @Test
    void keepsTheCustomIdOfARefusedLine() {
        RefusedItem item = (RefusedItem) parse("{\"custom_id\":\"a-1\",\"prompt\":7}");

        assertThat(item.customId()).isEqualTo("a-1");
    }

    @Test
    void refusesALineThatIsTooLong() {
        ParsedItem item = parser.parse(WORKLOAD_SEED, new RawItem(3, 7, "{}".getBytes(StandardCharsets.UTF_8), false));

        assertThat(((RefusedItem) item).violations().get(0).code()).isEqualTo("too_large");
    }

    @Property(tries = 2_000)
    void neverThrows(@ForAll @Size(max = 64) byte[] line) {
        assertThat(parser.parse(WORKLOAD_SEED, new RawItem(0, 1, line, true))).isNotNull();
    }

    @Property(tries = 2_000)
    void returnsEveryLegalPromptUnchanged(@ForAll String prompt) {
        String line = "{\"prompt\":\"" + escaped(prompt) + "\"}";

        ParsedItem item = parse(line);

        boolean legal = !prompt.isBlank() && prompt.codePoints().noneMatch(c -> c == 0 || c >= 0xD800 && c <= 0xDFFF);
        assertThat(item instanceof AcceptedItem).isEqualTo(legal);
        if (item instanceof AcceptedItem accepted) {
            assertThat(accepted.prompt()).isEqualTo(prompt);
        }
    }

    private ParsedItem parse(String line) {
        return parser.parse(WORKLOAD_SEED, new RawItem(3, 7, line.getBytes(StandardCharsets.UTF_8), true));
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            escaped.append(String.format("\\u%04x", (int) c));
        }
        return escaped.toString();
    }
}
