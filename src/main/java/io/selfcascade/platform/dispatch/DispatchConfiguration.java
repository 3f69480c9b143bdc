package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskTopics;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** Wires what moves tasks: the clients, and the loops that send, accept, reap, relay and clean up. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
class DispatchConfiguration {

    @Bean
    CoordinatorClients coordinatorClients(
            Topics names, ProducerFactory<?, ?> producers, ConsumerFactory<?, ?> consumers, KafkaAdmin admin) {
        return new CoordinatorClients(
                names,
                producers.getConfigurationProperties(),
                consumers.getConfigurationProperties(),
                admin.getConfigurationProperties());
    }

    @Bean
    FailedTasks failedTasks(JdbcClient jdbc, DispatchProperties properties, Clock clock) {
        return new FailedTasks(jdbc, properties, new Random(clock.millis()));
    }

    @Bean
    Loop dispatcherLoop(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            DispatchProperties properties,
            Tenants tenants,
            DispatchSignal signal,
            Topics names,
            CoordinatorClients clients,
            Clock clock,
            ObjectProvider<Failpoints> failpoints) {
        DispatchLedger ledger = new DispatchLedger(jdbc, transactions, properties, tenants);
        Dispatcher dispatcher = new Dispatcher(ledger, onceEach(names, clients.topics()), clients, clock,
                failpoints.getIfAvailable(() -> Failpoints.NONE));
        return new Loop("dispatcher", LifecyclePhase.COORDINATOR, Duration.ZERO, () -> {
            signal.await(properties.tick());
            dispatcher.tick();
        });
    }

    @Bean
    Loop ledgerConsumerLoop(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Revisions revisions,
            Pools pools,
            DispatchSignal signal,
            DispatchProperties properties,
            FailedTasks failures,
            Topics names,
            CoordinatorClients clients,
            ObjectProvider<Failpoints> failpoints) {
        DeadLetters deadLetters = new DeadLetters(clients);
        TaskEventListener events = new TaskEventListener(
                new TaskAcceptance(jdbc, transactions, revisions, signal, failures, new BatchLimits(jdbc)), deadLetters);
        BeatListener beats = new BeatListener(new BeatLedger(jdbc, transactions, pools, signal, properties), deadLetters);
        Failpoints reached = failpoints.getIfAvailable(() -> Failpoints.NONE);
        return new Loop("ledger-consumer", LifecyclePhase.COORDINATOR, Duration.ZERO, new ConsumerRounds(
                clients.topics(), clients::consumer,
                consumer -> new LedgerConsumer(consumer, names, events, beats, new Watermarks(jdbc), reached)));
    }

    @Bean
    Loop reaperLoop(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Revisions revisions,
            FailedTasks failures,
            DispatchSignal signal,
            DispatchProperties properties,
            ObjectProvider<Failpoints> failpoints) {
        Reaper reaper = new Reaper(
                jdbc, transactions, revisions, failures, signal, properties, failpoints.getIfAvailable(() -> Failpoints.NONE));
        return new Loop("reaper", LifecyclePhase.COORDINATOR, properties.reapInterval(), reaper::reap);
    }

    @Bean
    Loop workloadEventRelayLoop(
            JdbcClient jdbc, LedgerTransactions transactions, CoordinatorClients clients, Topics names) {
        WorkloadEventRelay relay = new WorkloadEventRelay(jdbc, transactions, clients, names);
        return new Loop("event-relay", LifecyclePhase.COORDINATOR, Duration.ofMillis(200), relay::publish);
    }

    @Bean
    Loop ledgerCleanupLoop(JdbcClient jdbc, LedgerTransactions transactions, DispatchProperties properties) {
        LedgerCleanup cleanup = new LedgerCleanup(jdbc, transactions, properties);
        return new Loop("ledger-cleanup", LifecyclePhase.COORDINATOR, Duration.ofHours(1), cleanup::clean);
    }

    /** Topics do not vanish: asking the broker once per pool is enough. */
    private static PoolTopics onceEach(Topics names, TaskTopics topics) {
        Set<String> made = ConcurrentHashMap.newKeySet();
        return pool -> {
            if (!made.contains(pool)) {
                topics.ensure(List.of(pool));
                made.add(pool);
            }
            return names.tasks(pool);
        };
    }
}
