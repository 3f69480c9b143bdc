package io.selfcascade.platform.dispatch.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TopicsTest {

    @Test
    void hasTheDocumentedNames() {
        Topics topics = bind(Map.of());

        assertThat(topics).isEqualTo(Topics.DEFAULT);
        assertThat(names(topics)).containsExactly(
                "selfcascade.workloads.v1", "selfcascade.task-events.v1", "selfcascade.workers.v1", "selfcascade.control.v1",
                "selfcascade.workload-events.v1", "selfcascade.ledger", "selfcascade.tasks.cpu.v1", "selfcascade.tasks.cpu");
        assertThat(Topics.deadLetters(topics.workers())).isEqualTo("selfcascade.workers.v1-dlt");
    }

    @Test
    void keepsInstallationsOnOneClusterApart() {
        Topics topics = bind(Map.of("selfcascade.topics.prefix", "studio-2"));

        assertThat(names(topics)).allMatch(name -> name.startsWith("studio-2."))
                .doesNotContainAnyElementsOf(names(Topics.DEFAULT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Studio", "a b", "a_b", "-a", ".."})
    void refusesAPrefixThatKafkaWouldNotTakeOrCouldConfuse(String prefix) {
        assertThatThrownBy(() -> new Topics(prefix)).hasMessage("Invalid selfcascade.topics.prefix: " + prefix
                + " (expected at most 64 lower-case letters, digits, dots and dashes)");
    }

    private static List<String> names(Topics topics) {
        return List.of(topics.workloads(), topics.taskEvents(), topics.workers(), topics.control(), topics.workloadEvents(),
                topics.ledgerGroup(), topics.tasks("cpu"), topics.taskGroup("cpu"));
    }

    private static Topics bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("selfcascade.topics", Topics.class);
    }
}
