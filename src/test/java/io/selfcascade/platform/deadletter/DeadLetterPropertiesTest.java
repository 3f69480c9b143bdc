package io.selfcascade.platform.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class DeadLetterPropertiesTest {

    @Test
    void keepsAHundredThousandForAMonth() {
        assertThat(bound(Map.of())).isEqualTo(new DeadLetterProperties(Duration.ofDays(30), 100_000));
    }

    @Test
    void takesExplicitValuesAndRefusesToForgetWhatKafkaStillHas() {
        assertThat(bound(Map.of("selfcascade.dead-letters.retention", "7d", "selfcascade.dead-letters.most", "1000")))
                .isEqualTo(new DeadLetterProperties(Duration.ofDays(7), 1_000));

        assertThatThrownBy(() -> bound(Map.of("selfcascade.dead-letters.retention", "6d")))
                .rootCause().hasMessageContaining("retention: PT144H (expected at least 7d");
        assertThatThrownBy(() -> bound(Map.of("selfcascade.dead-letters.most", "0"))).rootCause().hasMessageContaining("most: 0");
    }

    private static DeadLetterProperties bound(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.dead-letters", DeadLetterProperties.class);
    }
}
