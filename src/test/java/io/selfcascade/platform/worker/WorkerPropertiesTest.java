package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class WorkerPropertiesTest {

    @Test
    void hasDefaults() {
        WorkerProperties properties = bind(Map.of());

        assertThat(properties).isEqualTo(new WorkerProperties("", "cpu", Device.Kind.CPU, 0, Path.of("var/models"), 1,
                0, 8, 2_097_152, 4_194_304, 1, Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(15)));
        assertThat(properties.idOr(() -> "unnamed")).isEqualTo("unnamed");
        assertThat(properties.threadsPerSlot()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void takesValues() {
        WorkerProperties properties = bind(Map.of(
                "selfcascade.worker.id", "gpu-3", "selfcascade.worker.pool", "gpu", "selfcascade.worker.slots", "2",
                "selfcascade.worker.threads", "4", "selfcascade.worker.beat", "1s"));

        assertThat(properties.idOr(() -> "unnamed")).isEqualTo("gpu-3");
        assertThat(properties.pool()).isEqualTo("gpu");
        assertThat(properties.slots()).isEqualTo(2);
        assertThat(properties.threadsPerSlot()).isEqualTo(4);
        assertThat(properties.beat()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void refusesABeatThatALeaseCannotOutlive() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.worker.beat", "11s")))
                .hasRootCauseMessage("Invalid selfcascade.worker.beat: PT11S "
                        + "(expected 100ms..10s, a third of the 30 s lease)");
    }

    private static WorkerProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.worker", WorkerProperties.class);
    }
}
