package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.Topics;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class IntakePropertiesTest {

    @Test
    void hasTheDocumentedDefaults() {
        IntakeProperties properties = bind(Map.of());

        assertThat(properties.topic()).isEqualTo(Topics.DEFAULT.workloads());
        assertThat(properties.localRoots()).containsExactly(Path.of("config"), Path.of("var/uploads"));
        assertThat(properties.limits()).usingRecursiveComparison().ignoringFields("fileBytes").isEqualTo(IntakeLimits.DEFAULT);
        assertThat(properties.limits().fileBytes()).isEqualTo(200L << 20);
    }

    @Test
    void takesExplicitValues() {
        IntakeProperties properties = bind(Map.of(
                "selfcascade.intake.max-body", "1MB", "selfcascade.intake.max-items", "10",
                "selfcascade.intake.local-folders", "a", "selfcascade.intake.retry-at-most", "1m"));

        assertThat(properties.limits().bodyBytes()).isEqualTo(1L << 20);
        assertThat(properties.limits().items()).isEqualTo(10);
        assertThat(properties.localRoots()).containsExactly(Path.of("a"));
    }

    @Test
    void refusesLimitsThatWouldLetABodyFillTheHeap() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.intake.max-body", "1GB")))
                .hasRootCauseMessage("Invalid selfcascade.intake.max-body: 1073741824B (expected 1KB to 64MB)");
        assertThatThrownBy(() -> bind(Map.of("selfcascade.intake.retry-at-most", "1ms")))
                .rootCause().hasMessageContaining("no less than retry-at-least");
    }

    private static IntakeProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("selfcascade.intake", IntakeProperties.class);
    }
}
