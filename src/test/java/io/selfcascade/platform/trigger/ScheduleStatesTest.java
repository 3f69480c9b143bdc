package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.intake.OverlapPolicy;
import io.selfcascade.platform.trigger.ScheduleRun.Cause;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The specification, the check constraints and the enums name the same states in the same order. */
class ScheduleStatesTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");
    private static final Pattern QUOTED = Pattern.compile("'([a-z_]+)'");

    private final ScheduleFixture fixture = new ScheduleFixture();

    @Test
    void areTheSameInTheSpecificationTheSchemaAndTheCode() throws IOException {
        List<String> states = Arrays.stream(State.values()).map(StoredState::stored).toList();

        assertThat(matches(ROW, Files.readString(Path.of("docs/spec/schedules.md")))).isEqualTo(states);
        assertThat(check("schedule_run_state")).isEqualTo(states);
        assertThat(check("schedule_run_cause")).isEqualTo(Arrays.stream(Cause.values()).map(StoredState::stored).toList());
        assertThat(check("schedule_overlap_policy")).isEqualTo(
                Arrays.stream(OverlapPolicy.values()).map(policy -> policy.name().toLowerCase(Locale.ROOT)).toList());
    }

    private List<String> check(String constraint) {
        return matches(QUOTED, fixture.jdbc.sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
                .param("name", constraint).query(String.class).single());
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
    }
}
