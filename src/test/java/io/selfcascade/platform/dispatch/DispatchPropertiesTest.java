package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class DispatchPropertiesTest {

    static DispatchProperties defaults() {
        return bound(Map.of());
    }

    @Test
    void hasTheDefaultsOfTheSpecification() {
        DispatchProperties properties = defaults();

        assertThat(properties.tick()).isEqualTo(Duration.ofMillis(100));
        assertThat(properties.window()).isEqualTo(2);
        assertThat(properties.lease()).isEqualTo(Duration.ofSeconds(30));
        assertThat(properties.beat()).isEqualTo(Duration.ofSeconds(5));
        assertThat(properties.sendingLease()).isEqualTo(Duration.ofSeconds(30));
        assertThat(properties.queueTimeout()).isEqualTo(Duration.ofMinutes(15));
        assertThat(properties.clockError()).isEqualTo(Duration.ofSeconds(60));
        assertThat(properties.maxAttempts()).isEqualTo(5);
        assertThat(properties.maxWorkerLosses()).isEqualTo(3);
        assertThat(properties.maxMessage()).isEqualTo(DataSize.ofKilobytes(256));
        assertThat(properties.retention()).isEqualTo(Duration.ofHours(24));
        assertThat(properties.poolRanks()).isEmpty();
    }

    @Test
    void takesExplicitValuesAndRefusesContradictions() {
        DispatchProperties properties = bound(Map.of(
                "selfcascade.dispatch.lease", "15s", "selfcascade.dispatch.beat", "2s",
                "selfcascade.dispatch.pool-ranks.gpu", "10"));
        assertThat(properties.lease()).isEqualTo(Duration.ofSeconds(15));
        assertThat(properties.poolRanks()).containsEntry("gpu", 10);

        assertThatThrownBy(() -> bound(Map.of("selfcascade.dispatch.beat", "11s")))
                .isInstanceOf(BindException.class)
                .rootCause().hasMessageContaining("beat: PT11S (must be at least 1s and at most a third of lease PT30S)");
        assertThatThrownBy(() -> bound(Map.of("selfcascade.dispatch.queue-timeout", "10s")))
                .rootCause().hasMessageContaining("queue-timeout");
    }

    private static DispatchProperties bound(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.dispatch", DispatchProperties.class);
    }
}
