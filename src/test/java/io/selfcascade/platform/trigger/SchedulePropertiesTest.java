package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SchedulePropertiesTest {

    @Test
    void hasTheDocumentedDefaults() {
        assertThat(bind(Map.of())).isEqualTo(
                new ScheduleProperties(Duration.ofSeconds(1), "config/schedules", 400, 1000, "selfcascade.items", Duration.ofDays(90), 10_000));
    }

    @Test
    void takesExplicitValues() {
        ScheduleProperties properties = bind(Map.of("selfcascade.schedule.tick", "5s", "selfcascade.schedule.history", "7d"));

        assertThat(properties.tick()).isEqualTo(Duration.ofSeconds(5));
        assertThat(properties.history()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void refusesWhatWouldLoseRuns() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.schedule.tick", "1h"))).rootCause()
                .hasMessage("Invalid selfcascade.schedule.tick: PT1H (expected 10ms to 1m)");
        assertThatThrownBy(() -> bind(Map.of("selfcascade.schedule.most-runs", "1"))).rootCause()
                .hasMessage("Invalid selfcascade.schedule.most-runs: 1 (expected at least 100)");
    }

    private static ScheduleProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("selfcascade.schedule", ScheduleProperties.class);
    }
}
