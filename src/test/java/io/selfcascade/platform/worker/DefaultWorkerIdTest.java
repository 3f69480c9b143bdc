package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.env.MockEnvironment;

class DefaultWorkerIdTest {

    private static final String PROCESS = "-" + ProcessHandle.current().pid();

    @Test
    void isTheSameAfterARestartWhereTheServersAreEmbedded() {
        String id = id("all", "true", "var");

        assertThat(id).matches("[A-Za-z0-9._-]{1,128}").matches(".*-local-[0-9a-f]{8}").doesNotEndWith(PROCESS);
        assertThat(id("all", "true", Path.of("var").toAbsolutePath().toString())).isEqualTo(id);
        assertThat(id("all", "true", "elsewhere/../var")).isEqualTo(id);
        assertThat(DefaultWorkerId.of(new MockEnvironment())).as("as the settings are unless told").isEqualTo(id);
    }

    @Test
    void differsWithTheDirectoryThatIsLocked() {
        assertThat(id("all", "true", "var")).isNotEqualTo(id("all", "true", "other"));
    }

    @ParameterizedTest
    @CsvSource({"worker, true", "worker, false", "all, false"})
    void namesTheProcessWhereAnotherMayLiveBesideIt(String role, String embedded) {
        assertThat(id(role, embedded, "var")).endsWith(PROCESS);
    }

    private static String id(String role, String embedded, String directory) {
        return DefaultWorkerId.of(new MockEnvironment()
                .withProperty("selfcascade.role", role)
                .withProperty("selfcascade.embedded.enabled", embedded)
                .withProperty("selfcascade.embedded.directory", directory));
    }
}
