package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import jakarta.persistence.EntityManagerFactory;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.apache.kafka.clients.CommonClientConfigs;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The module alone, as its own configurations wire it, on real PostgreSQL and Kafka: what Boot would add is spelled out
 * here, and {@link Ledger} stands where dispatch listens. One context for all tests that carry this.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = IntakeTest.Wiring.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "selfcascade.role=coordinator",
            "selfcascade.intake.retry-at-least=50ms",
            "selfcascade.intake.retry-at-most=200ms"
        })
@ContextConfiguration(initializers = IntakeTest.Surroundings.class)
@interface IntakeTest {

    Instant NOW = Instant.parse("2026-11-22T20:15:00Z");

    /** A database, topics and a folder nobody else uses. */
    final class Surroundings implements ApplicationContextInitializer<GenericApplicationContext> {

        @Override
        public void initialize(GenericApplicationContext context) {
            Path artifacts = SharedInfrastructure.freshFolder();
            context.registerBean(Path.class, () -> artifacts);
            context.registerBean(TestDatabase.class, SharedInfrastructure::freshDatabase);
            TestPropertyValues.of(
                    "selfcascade.topics.prefix=" + SharedInfrastructure.freshTopics().prefix(),
                    "selfcascade.intake.local-folders=" + artifacts.resolve("local")).applyTo(context);
        }
    }

    /** Hears of accepted workloads as dispatch does, inside the transaction, and can refuse. */
    final class Ledger {

        final List<WorkloadAccepted> accepted = new CopyOnWriteArrayList<>();
        volatile RuntimeException refusal;
        /** Who may have nothing more. */
        volatile String fullTenant = "";

        @EventListener
        void on(WorkloadAccepted workload) {
            if (refusal != null) {
                throw refusal;
            }
            if (workload.tenant().equals(fullTenant)) {
                throw new CascadeException(ErrorCode.QUOTA_EXCEEDED, "tenant " + fullTenant + " has as much as it may");
            }
            accepted.add(workload);
        }
    }

    // No @Configuration: the platform's own contexts would find it.
    @EnableJpaRepositories(basePackageClasses = Workloads.class)
    @Import({IntakeConfiguration.class, IntakeKafkaConfiguration.class})
    class Wiring {

        @Bean
        DataSource dataSource(TestDatabase database) {
            return database.dataSource();
        }

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
            LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
            factory.setDataSource(dataSource);
            factory.setPackagesToScan(Workload.class.getPackageName());
            factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            factory.setJpaPropertyMap(Map.of(
                    "hibernate.physical_naming_strategy", "org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl",
                    "hibernate.hbm2ddl.auto", "validate",
                    "hibernate.jdbc.time_zone", "UTC"));
            return factory;
        }

        @Bean
        PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }

        @Bean
        ArtifactStore artifactStore(Path artifacts) {
            return new FileArtifactStore(artifacts.resolve("store"), 0);
        }

        @Bean
        ModelRegistry modelRegistry() {
            return new ModelRegistry(List.of(new ModelRegistration(
                    new ModelRef("scenes", "ab".repeat(32)), "classpath:models/scenes", ImageSize.square(128), 8, "Apache-2.0")));
        }

        @Bean
        Clock clock() {
            return Clock.fixed(NOW, ZoneOffset.UTC);
        }

        @Bean
        Ledger ledger() {
            return new Ledger();
        }

        @Bean
        KafkaAdmin kafkaAdmin() {
            KafkaAdmin admin = new KafkaAdmin(kafka());
            admin.setFatalIfBrokerNotAvailable(true);
            return admin;
        }

        @Bean
        DefaultKafkaConsumerFactory<Object, Object> consumerFactory() {
            return new DefaultKafkaConsumerFactory<>(kafka());
        }

        @Bean
        DefaultKafkaProducerFactory<Object, Object> producerFactory() {
            return new DefaultKafkaProducerFactory<>(kafka());
        }

        private static Map<String, Object> kafka() {
            return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, SharedInfrastructure.bootstrapServers());
        }
    }
}
