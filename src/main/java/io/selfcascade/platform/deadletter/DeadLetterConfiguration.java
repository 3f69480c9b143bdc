package io.selfcascade.platform.deadletter;

import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the keeping of dead letters, and what sends them again. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(DeadLetterProperties.class)
class DeadLetterConfiguration {

    private static final Duration REDRIVE_EVERY = Duration.ofMillis(200);

    @Bean
    DeadLetterLedger deadLetterLedger(JdbcClient jdbc) {
        return new DeadLetterLedger(jdbc);
    }

    @Bean
    DeadLetterClients deadLetterClients(Topics names, ProducerFactory<?, ?> producers, ConsumerFactory<?, ?> consumers) {
        return new DeadLetterClients(names.prefix() + ".dead-letters", producers.getConfigurationProperties(),
                consumers.getConfigurationProperties());
    }

    /** @param requests the topic of requests, which an installation may have named anew */
    @Bean
    Loop deadLetterReaderLoop(DeadLetterClients clients, DeadLetterLedger ledger, Topics names,
            @Value("${selfcascade.intake.topic:selfcascade.workloads.v1}") String requests) {
        List<String> topics = Stream.of(requests, names.workloads(), names.taskEvents(), names.workers())
                .distinct().map(Topics::deadLetters).toList();
        return new Loop("dead-letter-reader", LifecyclePhase.COORDINATOR, Duration.ZERO,
                new DeadLetterReader(topics, clients::consumer, ledger));
    }

    @Bean
    Loop redriveLoop(DeadLetterClients clients, DeadLetterLedger ledger, PlatformTransactionManager transactions) {
        Redriver redriver = new Redriver(ledger, new TransactionTemplate(transactions), clients);
        return new Loop("redrive", LifecyclePhase.COORDINATOR, REDRIVE_EVERY, redriver::redrive);
    }

    @Bean
    Loop deadLetterCleanupLoop(DeadLetterLedger ledger, DeadLetterProperties properties) {
        return new Loop("dead-letter-cleanup", LifecyclePhase.COORDINATOR, Duration.ofHours(1),
                () -> ledger.clean(properties.retention().toSeconds(), properties.most()));
    }
}
