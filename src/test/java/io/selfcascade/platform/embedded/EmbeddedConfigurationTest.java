package io.selfcascade.platform.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.spec.CascadeException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Who starts servers, who only finds them, and who is told to decide. */
class EmbeddedConfigurationTest {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(EmbeddedConfiguration.class);

    @TempDir
    private Path directory;

    @Test
    void aWorkerFindsTheCoordinatorsBrokerAndStartsNothing() {
        new EmbeddedEndpoints("jdbc:postgresql://127.0.0.1:1/selfcascade", "postgres", "secret", "127.0.0.1:2")
                .write(directory);

        runner.withPropertyValues("selfcascade.role=worker", "selfcascade.embedded.directory=" + directory).run(worker -> {
            assertThat(worker.getBean(KafkaConnectionDetails.class).getBootstrapServers()).containsExactly("127.0.0.1:2");
            assertThat(worker).doesNotHaveBean(EmbeddedInfrastructure.class).doesNotHaveBean(JdbcConnectionDetails.class);
        });
    }

    @Test
    void aWorkerWithoutABrokerIsToldWhereToGetOne() {
        runner.withPropertyValues("selfcascade.role=worker", "selfcascade.embedded.directory=" + directory).run(worker ->
                assertThat(worker).getFailure().rootCause().isInstanceOf(CascadeException.class)
                        .hasMessageContaining("start the coordinator first"));
    }

    @Test
    void aWorkerThatWasGivenABrokerLooksForNoOther() {
        runner.withPropertyValues("selfcascade.role=worker", "spring.kafka.bootstrap-servers=elsewhere:9092",
                "selfcascade.embedded.directory=" + directory).run(worker ->
                assertThat(worker).hasNotFailed().doesNotHaveBean(KafkaConnectionDetails.class));
    }

    @Test
    void doesNotIgnoreAServerThatSomebodyNamed() {
        runner.withPropertyValues("spring.datasource.url=jdbc:postgresql://db/selfcascade",
                "selfcascade.embedded.directory=" + directory).run(all ->
                assertThat(all).getFailure().rootCause().isInstanceOf(CascadeException.class)
                        .hasMessageContaining("Contradictory settings: spring.datasource.url"));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void startsNothingWhenSwitchedOff() {
        runner.withPropertyValues("selfcascade.embedded.enabled=false").run(all ->
                assertThat(all).hasNotFailed().doesNotHaveBean(EmbeddedInfrastructure.class)
                        .doesNotHaveBean(KafkaConnectionDetails.class));
    }

    @Test
    void remembersItsPorts() {
        EmbeddedEndpoints endpoints =
                new EmbeddedEndpoints("jdbc:postgresql://127.0.0.1:5433/selfcascade", "postgres", "secret", "127.0.0.1:9093");
        endpoints.write(directory);

        assertThat(EmbeddedEndpoints.read(directory)).contains(endpoints);
        assertThat(endpoints.postgresPort()).isEqualTo(5433);
        assertThat(endpoints.kafkaPort()).isEqualTo(9093);
        assertThat(new EmbeddedEndpoints("", "", "", "").kafkaPort()).isZero();
    }

    @Test
    void prefersTheFormerPortAndNeverOffersOneTwice() throws Exception {
        int free = LoopbackPort.choose(0);

        assertThat(LoopbackPort.choose(free)).isEqualTo(free);
        assertThat(LoopbackPort.choose(0)).isNotEqualTo(free);
        try (java.net.ServerSocket taken = new java.net.ServerSocket(free)) {
            assertThat(LoopbackPort.choose(taken.getLocalPort())).isNotEqualTo(free);
        }
    }
}
