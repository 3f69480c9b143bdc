package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.deadletter.DeadLetterState;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.StageKind;
import io.selfcascade.platform.webhook.WebhookDeliveryState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The specification, the check constraints and the enums name the same states in the same order. */
class StatesTest {

    private static final Path STATES = Path.of("docs/spec/states.md");
    private static final Path PROTOCOL = Path.of("docs/spec/dispatch.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");
    private static final Pattern QUOTED = Pattern.compile("'([a-z_]+)'");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```json\\n(.*?)```");

    private final LedgerFixture ledger = new LedgerFixture();

    static Stream<Arguments> enums() {
        return Stream.of(
                Arguments.of("workload_run_state", RunState.class),
                Arguments.of("workload_run_desired", Desired.class),
                Arguments.of("item_state", ItemState.class),
                Arguments.of("stage_task_state", TaskState.class),
                Arguments.of("task_dispatch_state", DispatchState.class),
                Arguments.of("worker_state", WorkerState.class),
                Arguments.of("stage_plan_kind", StageKind.class),
                Arguments.of("dead_letter_state", DeadLetterState.class),
                Arguments.of("webhook_delivery_state", WebhookDeliveryState.class));
    }

    @ParameterizedTest
    @MethodSource("enums")
    void areTheSameInTheSpecificationTheSchemaAndTheCode(String constraint, Class<? extends Enum<?>> type) throws IOException {
        List<String> code =
                Arrays.stream(type.getEnumConstants()).map(state -> state.name().toLowerCase(Locale.ROOT)).toList();

        assertThat(matches(ROW, section(constraint))).as("specification").isEqualTo(code);
        assertThat(matches(QUOTED, check(constraint))).as("schema").isEqualTo(code);
    }

    @Test
    void everyMessageOfTheSpecificationReadsBackAsItIsWritten() throws IOException {
        List<String> examples = matches(EXAMPLE, Files.readString(PROTOCOL));

        assertThat(MessageJson.readTask(bytes(examples.get(0))).tasks()).hasSize(1);
        assertThat(MessageJson.readEvent(bytes(examples.get(1))).taskId()).isEqualTo(901);
        assertThat(MessageJson.readEvent(bytes(examples.get(2))).taskId()).isEqualTo(902);
        assertThat(MessageJson.readBeat(bytes(examples.get(3))).state()).isEqualTo(WorkerBeat.State.UP);
        assertThat(MessageJson.readControl(bytes(examples.get(4))).dispatchId()).isEqualTo(48213);
        assertThat(MessageJson.readWorkloadUpdated(bytes(examples.get(5))).counts().total()).isEqualTo(12);
        assertThat(examples).hasSize(6);
    }

    private static String section(String constraint) throws IOException {
        return Arrays.stream(Files.readString(STATES).split("(?m)^## "))
                .filter(section -> section.lines().findFirst().orElse("").contains("`" + constraint + "`"))
                .findFirst().orElseThrow();
    }

    private String check(String constraint) {
        return ledger.jdbc.sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
                .param("name", constraint).query(String.class).single();
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
