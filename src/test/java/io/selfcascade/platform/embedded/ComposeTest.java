package io.selfcascade.platform.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The servers of docker-compose.yml behave like the embedded ones. */
class ComposeTest {

    @Test
    void theBrokerHasTheSettingsOfTheEmbeddedOne() throws IOException {
        Properties embedded = EmbeddedKafkaBroker.settings(Path.of("kafka"), 9092);
        Map<String, String> compose = new TreeMap<>();
        environment("kafka").forEach((name, value) -> compose.put(
                name.substring("KAFKA_".length()).toLowerCase(java.util.Locale.ROOT).replace('_', '.'), String.valueOf(value)));

        // Addresses and folders differ; so do the threads and buffers that keep the embedded one small.
        compose.keySet().removeIf(key -> key.contains("listener") || key.contains("quorum") || key.equals("log.dirs"));
        assertThat(compose).isNotEmpty().allSatisfy((key, value) -> assertThat(embedded).containsEntry(key, value));
    }

    @Test
    void theDatabaseIsDurable() throws IOException {
        assertThat(String.valueOf(service("postgres").get("command"))).contains("fsync=on", "synchronous_commit=on");
    }

    private static Map<?, ?> service(String name) throws IOException {
        try (Reader reader = Files.newBufferedReader(Path.of("docker-compose.yml"))) {
            Map<String, Map<String, Map<?, ?>>> file = new Yaml().load(reader);
            return file.get("services").get(name);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> environment(String service) throws IOException {
        return (Map<String, Object>) service(service).get("environment");
    }
}
