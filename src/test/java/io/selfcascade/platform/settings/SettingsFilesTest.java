package io.selfcascade.platform.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The files people set the platform up with agree with the records that read them. */
class SettingsFilesTest {

    private static final KnownSettings KNOWN = KnownSettings.below("io.selfcascade");

    @Test
    void theComposeFileSetsOnlyWhatIsRead() throws IOException {
        Map<?, ?> services = (Map<?, ?>) read("docker-compose.yml").get("services");
        List<String> variables = services.values().stream()
                .flatMap(service -> ((Map<?, ?>) ((Map<?, ?>) service).get("environment")).keySet().stream())
                .map(String::valueOf).filter(name -> name.startsWith("SELFCASCADE_")).toList();

        assertThat(variables).isNotEmpty().allMatch(KNOWN::has);
    }

    private static Map<?, ?> read(String file) throws IOException {
        try (Reader reader = Files.newBufferedReader(Path.of(file))) {
            return new Yaml().load(reader);
        }
    }
}
