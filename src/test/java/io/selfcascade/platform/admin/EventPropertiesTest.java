package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class EventPropertiesTest {

    @Test
    void hasDefaults() {
        assertThat(bind(Map.of())).isEqualTo(new EventProperties(500, Duration.ofMillis(250), Duration.ofSeconds(15),
                Duration.ofSeconds(30), Duration.ofMinutes(15)));
    }

    @Test
    void takesValues() {
        assertThat(bind(Map.of("selfcascade.events.clients", "2", "selfcascade.events.poll", "1s",
                "selfcascade.events.heartbeat", "2s", "selfcascade.events.patience", "3s", "selfcascade.events.lifetime", "4s")))
                .isEqualTo(new EventProperties(2, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3),
                        Duration.ofSeconds(4)));
    }

    @Test
    void refusesAHeartbeatThatNoRoundCouldKeep() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.events.heartbeat", "100ms"))).hasRootCauseMessage(
                "Invalid selfcascade.events.heartbeat: PT0.1S (expected at least poll PT0.25S)");
    }

    private static EventProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.events", EventProperties.class);
    }
}
