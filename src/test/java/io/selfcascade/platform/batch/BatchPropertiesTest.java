package io.selfcascade.platform.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class BatchPropertiesTest {

    @Test
    void hasDefaults() {
        assertThat(bind(Map.of())).isEqualTo(new BatchProperties(
                8, Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofMillis(500), 2_000, 10));
    }

    @Test
    void takesValues() {
        assertThat(bind(Map.of("selfcascade.batch.max-running", "2", "selfcascade.batch.keep-interval", "1s",
                "selfcascade.batch.ready-tasks", "10", "selfcascade.batch.max-failures", "3",
                "selfcascade.batch.claim-interval", "2s", "selfcascade.batch.poll-interval", "3s")))
                .isEqualTo(new BatchProperties(
                        2, Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(3), 10, 3));
    }

    @Test
    void refusesAnIntervalThatALeaseCannotOutlive() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.batch.keep-interval", "11s"))).hasRootCauseMessage(
                "Invalid selfcascade.batch.keep-interval: PT11S (expected at most 10s, a third of the lease)");
    }

    private static BatchProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.batch", BatchProperties.class);
    }
}
