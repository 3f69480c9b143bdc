package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.UpsampleSpace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadRequestReaderTest {

    private static final String CASCADE = "\"model\":\"scenes\",\"cascade\":{\"target\":{\"width\":256,\"height\":256}}";
    private static final String ITEMS = "\"items\":[{\"prompt\":\"a red circle\"}]";

    private final WorkloadRequestReader reader = new WorkloadRequestReader(IntakeLimits.DEFAULT);

    @Test
    void readsTheWorkloadOfTheDocumentation() {
        WorkloadRequest request = read("""
                { "name": "posters", "model": "scenes",
                  "cascade": { "preset": "fast", "target": { "width": 512, "height": 256 }, "steps": 20,
                               "upsample": { "space": "latent" },
                               "stages": [ {}, { "start_timestep": 400, "noise_reschedule": "none" } ] },
                  "items": [ { "custom_id": "a1", "prompt": "a red circle and a blue square", "seed": 7 },
                             { "custom_id": "a2", "prompt": "…", "seed": "18446744073709551615" } ],
                  "priority": 9, "previews": true, "deadline": "2026-11-22T20:15:00+01:00", "determinism": "strict",
                  "stop_after": 0, "max_failure_ratio": 0.05 }
                """);

        assertThat(request.cascade().preset()).isEqualTo(Preset.FAST);
        assertThat(request.cascade().target()).isEqualTo(new ImageSize(512, 256));
        assertThat(request.cascade().every().steps()).isEqualTo(20);
        assertThat(request.cascade().every().upsampleSpace()).isEqualTo(UpsampleSpace.LATENT);
        assertThat(request.cascade().stages()).hasSize(2);
        assertThat(request.cascade().stages().get(1).noiseReschedule()).isEqualTo(NoiseReschedule.NONE);
        assertThat(request.items()).extracting(ItemRequest::seed).containsExactly(7L, -1L);
        assertThat(request.deadline()).isEqualTo(Instant.parse("2026-11-22T19:15:00Z"));
        assertThat(request.determinism()).isEqualTo(Determinism.STRICT);
        assertThat(request.stopAfter()).isZero();
        assertThat(request.maxFailureRatio()).isEqualTo("0.05");
    }

    @Test
    void fillsInTheDocumentedDefaults() {
        WorkloadRequest request = read("{" + CASCADE + "," + ITEMS + "}");

        assertThat(request.priority()).isEqualTo(5);
        assertThat(request.previews()).isFalse();
        assertThat(request.cascade().preset()).isEqualTo(Preset.PAPER);
        assertThat(request.determinism()).isEqualTo(Determinism.STANDARD);
        assertThat(request.keepPivots()).isNull();
        assertThat(request.items()).containsExactly(new ItemRequest(null, "a red circle", "", null, null));
    }

    @ParameterizedTest(name = "{1} at {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '´', value = {
        "/setps                     | unknown_field       | {%C,%I,\"setps\":3}",
        "/cascade/target/depth      | unknown_field       | {\"model\":\"m\",\"cascade\":{\"target\":{\"width\":8,\"height\":8,\"depth\":8}},%I}",
        "/cascade/width             | unknown_field       | {\"model\":\"m\",\"cascade\":{\"width\":8,\"target\":{\"width\":8,\"height\":8}},%I}",
        "/priority                  | wrong_type          | {%C,%I,\"priority\":\"3\"}",
        "/priority                  | wrong_type          | {%C,%I,\"priority\":3.9}",
        "/priority                  | wrong_type          | {%C,%I,\"priority\":3.0}",
        "/priority                  | out_of_range        | {%C,%I,\"priority\":10}",
        "/stop_after                | out_of_range        | {%C,%I,\"stop_after\":-1}",
        "/stop_after                | wrong_type          | {%C,%I,\"stop_after\":\"0\"}",
        "/max_failure_ratio         | out_of_range        | {%C,%I,\"max_failure_ratio\":0}",
        "/max_failure_ratio         | out_of_range        | {%C,%I,\"max_failure_ratio\":1.01}",
        "/max_failure_ratio         | wrong_type          | {%C,%I,\"max_failure_ratio\":\"10\"}",
        "/priority                  | out_of_range        | {%C,%I,\"priority\":99999999999999999999}",
        "/priority                  | duplicate_field     | {%C,%I,\"priority\":3,\"priority\":3}",
        "/previews                  | wrong_type          | {%C,%I,\"previews\":\"true\"}",
        "/name                      | wrong_type          | {%C,%I,\"name\":7}",
        "/name                      | forbidden_character | {%C,%I,\"name\":\"a\\u0000b\"}",
        "/name                      | forbidden_character | {%C,%I,\"name\":\"\\ud83d\"}",
        "/a~1b                      | unknown_field       | {%C,%I,\"a/b\":1}",
        "/deadline                  | invalid_value       | {%C,%I,\"deadline\":\"tomorrow\"}",
        "/model                     | missing_field       | {\"cascade\":{\"target\":{\"width\":8,\"height\":8}},%I}",
        "/cascade                   | missing_field       | {\"model\":\"m\",%I}",
        "/cascade/target            | missing_field       | {\"model\":\"m\",\"cascade\":{},%I}",
        "/cascade/target/height     | missing_field       | {\"model\":\"m\",\"cascade\":{\"target\":{\"width\":8}},%I}",
        "/cascade/target/width      | out_of_range        | {\"model\":\"m\",\"cascade\":{\"target\":{\"width\":0,\"height\":8}},%I}",
        "/cascade/target/width      | out_of_range        | {\"model\":\"m\",\"cascade\":{\"target\":{\"width\":65536,\"height\":65536}},%I}",
        "/cascade/preset            | invalid_value       | {\"model\":\"m\",\"cascade\":{\"preset\":\"PAPER\",\"target\":{\"width\":8,\"height\":8}},%I}",
        "/cascade/guidance          | out_of_range        | {\"model\":\"m\",\"cascade\":{\"guidance\":1e999,\"target\":{\"width\":8,\"height\":8}},%I}",
        "/cascade/guidance          | malformed_json      | {\"model\":\"m\",\"cascade\":{\"guidance\":NaN,\"target\":{\"width\":8,\"height\":8}},%I}",
        "/cascade/upsample/kernel   | invalid_value       | {\"model\":\"m\",\"cascade\":{\"upsample\":{\"kernel\":\"lanczos\"},\"target\":{\"width\":8,\"height\":8}},%I}",
        "/cascade/stages/1/height   | missing_field       | {\"model\":\"m\",\"cascade\":{\"stages\":[{},{\"width\":8}],\"target\":{\"width\":8,\"height\":8}},%I}",
        "/items                     | missing_field       | {%C}",
        "/items                     | invalid_value       | {%C,\"items\":[]}",
        "/items                     | invalid_value       | {%C,%I,\"items_file\":\"file_1\"}",
        "/items                     | wrong_type          | {%C,\"items\":{}}",
        "/items/0                   | wrong_type          | {%C,\"items\":[7]}",
        "/items/0/prompt            | missing_field       | {%C,\"items\":[{}]}",
        "/items/0/prompt            | invalid_value       | {%C,\"items\":[{\"prompt\":\" \"}]}",
        "/items/0/width             | unknown_field       | {%C,\"items\":[{\"prompt\":\"a\",\"width\":512}]}",
        "/items/0/custom_id         | invalid_value       | {%C,\"items\":[{\"prompt\":\"a\",\"custom_id\":\"../etc\"}]}",
        "/items/1/custom_id         | duplicate_id        | {%C,\"items\":[{\"prompt\":\"a\",\"custom_id\":\"x\"},{\"prompt\":\"a\",\"custom_id\":\"x\"}]}",
        "/items/0/seed              | out_of_range        | {%C,\"items\":[{\"prompt\":\"a\",\"seed\":-1}]}",
        "/items/0/seed              | out_of_range        | {%C,\"items\":[{\"prompt\":\"a\",\"seed\":18446744073709551616}]}",
        "/items/0/seed              | wrong_type          | {%C,\"items\":[{\"prompt\":\"a\",\"seed\":1.0}]}",
        "/items/0/seed              | wrong_type          | {%C,\"items\":[{\"prompt\":\"a\",\"seed\":\"0x7\"}]}",
        "´´                         | malformed_json      | {%C,%I} {}",
        "´´                         | malformed_json      | ´´",
        "´´                         | wrong_type          | [{%C,%I}]",
        "´´                         | wrong_type          | null",
        "/name                      | malformed_json      | {%C,%I,\"name\":",
        "/name                      | malformed_json      | {%C,%I,\"name\":'x'}",
    })
    void pointsAtEveryMistake(String pointer, String code, String body) {
        InvalidRequestException refusal = refuse(body.replace("%C", CASCADE).replace("%I", ITEMS));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal.violations()).extracting(Violation::pointer).containsOnly(pointer);
        assertThat(refusal.violations()).extracting(Violation::code).contains(code);
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[] cesu = ("{" + CASCADE + "," + ITEMS + ",\"name\":\"\u00e9\"}").getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> reader.read(cesu)).hasMessageContaining("Not UTF-8");
        assertThatThrownBy(() -> reader.read((byte[]) null)).hasMessageContaining("Empty document");
    }

    @Test
    void refusesNestingBeyondThirtyTwoLevels() {
        InvalidRequestException refusal = refuse("{\"name\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}");

        assertThat(refusal.violations()).extracting(Violation::code).containsExactly("too_deep");
    }

    @Test
    void refusesPromptsAndNamesBeyondTheirLimits() {
        String prompt = "x".repeat(32_001);

        InvalidRequestException refusal =
                refuse("{" + CASCADE + ",\"name\":\"" + "n".repeat(300) + "\",\"items\":[{\"prompt\":\"" + prompt + "\"}]}");

        assertThat(refusal.violations()).extracting(Violation::pointer).contains("/name", "/items/0/prompt");
        assertThat(refusal.violations()).extracting(Violation::kind).contains(Violation.Kind.TOO_LONG);
    }

    @Test
    void acceptsAPromptOfExactlyTheLimitInAnyScript() {
        String prompt = "\ud83d\udc4b\u0645\u0301".repeat(8_000);

        WorkloadRequest request = read("{" + CASCADE + ",\"items\":[{\"prompt\":\"" + prompt + "\"}]}");

        assertThat(request.items().get(0).prompt()).isEqualTo(prompt).hasSize(32_000);
    }

    @Test
    void collectsAHundredMistakesAndNoMore() {
        String items = IntStream.range(0, 5_000).mapToObj(i -> "{\"prompt\":" + i + "}").collect(Collectors.joining(","));

        List<Violation> violations = refuse("{" + CASCADE + ",\"items\":[" + items + "]}").violations();

        assertThat(violations).hasSize(100);
        assertThat(violations.get(0).pointer()).isEqualTo("/items/0/prompt");
    }

    @Test
    void stopsReadingASixtyMegabyteStringAtTheBodyLimit() {
        EndlessString body = new EndlessString(60L << 20);

        InvalidRequestException refusal =
                catchThrowableOfType(InvalidRequestException.class, () -> reader.read(body));

        assertThat(refusal.code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(body.served).isLessThanOrEqualTo((2L << 20) + 1);
    }

    @Test
    void aRequestIsOfTheDefaultTenantUnlessItSaysOtherwise() {
        assertThat(read("{" + CASCADE + "," + ITEMS + "}").tenant()).isEqualTo("default");
        assertThat(read("{\"tenant\":\"night.batch-2\"," + CASCADE + "," + ITEMS + "}").tenant()).isEqualTo("night.batch-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Film", ".film", "a b", "../x", "0123456789012345678901234567890123456789012345678901234567890123"})
    void refusesATenantThatIsNoName(String tenant) {
        InvalidRequestException refusal = refuse("{\"tenant\":\"" + tenant + "\"," + CASCADE + "," + ITEMS + "}");

        assertThat(refusal.violations()).singleElement().satisfies(violation -> {
            assertThat(violation.pointer()).isEqualTo("/tenant");
            assertThat(violation.detail()).contains("1 to 63 lower-case letters");
        });
    }

    private WorkloadRequest read(String body) {
        return reader.read(body.getBytes(StandardCharsets.UTF_8));
    }

    private InvalidRequestException refuse(String body) {
        return catchThrowableOfType(InvalidRequestException.class, () -> read(body));
    }

    /** A body with one huge string, made while it is read. */
    private static final class EndlessString extends InputStream {

        private static final byte[] START = "{\"name\":\"".getBytes(StandardCharsets.UTF_8);
        private final long length;
        private long served;

        EndlessString(long length) {
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            if (served == length) {
                return -1;
            }
            int next = served < START.length ? START[(int) served] : 'x';
            served++;
            return next;
        }
    }
}
