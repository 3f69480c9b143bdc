package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import jakarta.persistence.EntityManagerFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.apache.kafka.clients.CommonClientConfigs;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The module alone, as its own configurations wire it, on real PostgreSQL and Kafka: what Boot would add is spelled out
 * here, and {@link Ledger} stands where dispatch listens.
 */
final class IntakeContext implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-22T20:15:00Z");

    final TestDatabase database = SharedInfrastructure.freshDatabase();
    final String topic = "intake-test-" + UUID.randomUUID();
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    IntakeContext(Path artifacts) {
        TestPropertyValues.of(
                "selfcascade.role=coordinator",
                "selfcascade.intake.topic=" + topic,
                "selfcascade.intake.group=" + topic,
                "selfcascade.intake.retry-at-least=50ms",
                "selfcascade.intake.retry-at-most=200ms",
                "selfcascade.intake.local-folders=" + artifacts.resolve("local")).applyTo(context);
        context.registerBean(DataSource.class, database::dataSource);
        context.registerBean(Path.class, () -> artifacts);
        context.register(Wiring.class);
        context.refresh();
    }

    <T> T get(Class<T> type) {
        return context.getBean(type);
    }

    Ledger ledger() {
        return get(Ledger.class);
    }

    @Override
    public void close() {
        context.close();
        database.close();
    }

    /** Hears of accepted workloads as dispatch does, inside the transaction, and can refuse. */
    static final class Ledger {

        final List<WorkloadAccepted> accepted = new CopyOnWriteArrayList<>();
        volatile RuntimeException refusal;

        @EventListener
        void on(WorkloadAccepted workload) {
            if (refusal != null) {
                throw refusal;
            }
            accepted.add(workload);
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    @EnableJpaRepositories(basePackageClasses = Workloads.class)
    @Import({IntakeConfiguration.class, IntakeKafkaConfiguration.class})
    static class Wiring {

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
