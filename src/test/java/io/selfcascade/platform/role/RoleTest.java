package io.selfcascade.platform.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.SelfcascadeApplication;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.spec.CascadeException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.ClassUtils;

class RoleTest {

    @Test
    void aWorkerHasNoDatabaseNoJobsAndNoWebServer() {
        try (ConfigurableApplicationContext worker = new SpringApplicationBuilder(SelfcascadeApplication.class).run(
                "--selfcascade.role=worker", "--selfcascade.embedded.enabled=false",
                "--spring.kafka.bootstrap-servers=" + SharedInfrastructure.bootstrapServers())) {
            assertThat(worker.getBeansOfType(DataSource.class)).isEmpty();
            assertThat(worker.getBeansOfType(PlatformTransactionManager.class)).isEmpty();
            assertThat(worker.getBeansOfType(Flyway.class)).isEmpty();
            assertThat(worker.getBeansOfType(
                    ClassUtils.resolveClassName("org.springframework.batch.core.repository.JobRepository", null))).isEmpty();
            assertThat(worker.getBeansOfType(
                    ClassUtils.resolveClassName("jakarta.persistence.EntityManagerFactory", null))).isEmpty();
            assertThat(worker.containsBean("tomcatServletWebServerFactory")).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"coordinator, true, false", "worker, false, true", "all, true, true", "ALL, true, true"})
    void splitsThePlatformInTwo(String name, boolean coordinates, boolean works) {
        Role role = Role.of(new MockEnvironment().withProperty(Role.PROPERTY, name));

        assertThat(role.coordinates()).isEqualTo(coordinates);
        assertThat(role.works()).isEqualTo(works);
    }

    @Test
    void isBothUnlessTold() {
        assertThat(Role.of(new MockEnvironment())).isEqualTo(Role.ALL);
    }

    @Test
    void refusesARoleItDoesNotKnow() {
        assertThatThrownBy(() -> Role.of(new MockEnvironment().withProperty(Role.PROPERTY, "boss")))
                .isInstanceOf(CascadeException.class)
                .hasMessage("Invalid selfcascade.role: boss (expected coordinator, worker or all)");
    }

    @ParameterizedTest
    @CsvSource({
        "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration, true",
        "org.springframework.boot.batch.jdbc.autoconfigure.BatchJdbcAutoConfiguration, true",
        "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration, true",
        "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration, false",
        "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration, false",
    })
    void tellsWhatNeedsADatabaseByItsPackage(String autoConfiguration, boolean needs) {
        assertThat(DatabaseFilter.needsDatabase(autoConfiguration)).isEqualTo(needs);
    }
}
