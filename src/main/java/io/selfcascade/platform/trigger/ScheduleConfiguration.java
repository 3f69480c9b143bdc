package io.selfcascade.platform.trigger;

import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.dispatch.OpenRuns;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.RequestFolders;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.intake.Uuid7;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the schedules. Every coordinator has them: whoever looks first decides. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(ScheduleProperties.class)
class ScheduleConfiguration {

    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    @Bean
    ScheduleTimers scheduleTimers(JdbcClient jdbc) {
        return new ScheduleTimers(jdbc);
    }

    @Bean
    ScheduleRuns scheduleRuns(JdbcClient jdbc) {
        return new ScheduleRuns(jdbc);
    }

    @Bean
    FolderStart folderStart(RequestFolders folders, WorkloadRequestReader reader, WorkloadIntake intake, ScheduleRuns runs,
            ScheduleProperties properties) {
        return new FolderStart(folders, reader, intake, runs, properties.mostFiles());
    }

    @Bean
    TopicStart topicStart(ConsumerFactory<?, ?> boot, JdbcClient jdbc, WorkloadIntake intake, ScheduleRuns runs,
            IntakeLimits limits, ScheduleProperties properties) {
        Map<String, Object> settings = TopicStart.settings(boot.getConfigurationProperties());
        return new TopicStart(() -> new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                new ScheduleOffsets(jdbc), intake, runs, limits, properties.topics());
    }

    @Bean
    RunStart runStart(OpenRuns openRuns, WorkloadIntake intake, ScheduleRequestReader reader, ScheduleRuns runs, FolderStart folder,
            TopicStart topic) {
        return new RunStart(openRuns, intake, reader, runs, folder, topic);
    }

    @Bean
    Schedules schedules(ScheduleRows rows, ScheduleTimers timers, ScheduleRuns runs, ScheduleRequestReader reader,
            WorkloadIntake intake, FolderStart folder, TopicStart topic, PlatformTransactionManager transactions, Uuid7 ids,
            InstantSource clock) {
        return new Schedules(rows, timers, runs, reader, intake, folder, topic, new TransactionTemplate(transactions), ids, clock);
    }

    @Bean
    DueSchedules dueSchedules(PlatformTransactionManager transactions, ScheduleTimers timers, ScheduleRows rows,
            ScheduleRuns runs, RunStart start) {
        return new DueSchedules(new TransactionTemplate(transactions), timers, rows, runs, start);
    }

    @Bean
    WaitingRuns waitingRuns(PlatformTransactionManager transactions, ScheduleTimers timers, ScheduleRows rows,
            ScheduleRuns runs, RunStart start) {
        return new WaitingRuns(new TransactionTemplate(transactions), timers, rows, runs, start);
    }

    @Bean
    RequestedRuns requestedRuns(PlatformTransactionManager transactions, ScheduleTimers timers, ScheduleRows rows,
            ScheduleRuns runs, RunStart start, ScheduleRequestReader reader, ScheduleProperties properties) {
        return new RequestedRuns(
                new TransactionTemplate(transactions), timers, rows, runs, start, reader, properties.mostBackfilled());
    }

    @Bean
    DeclaredSchedules declaredSchedules(ScheduleProperties properties, ScheduleRequestReader reader, Schedules schedules) {
        return new DeclaredSchedules(Path.of(properties.folder()), reader, schedules);
    }

    @Bean
    Loop scheduleLoop(DueSchedules due, WaitingRuns waiting, ScheduleProperties properties) {
        return new Loop("schedules", LifecyclePhase.COORDINATOR, properties.tick(), () -> {
            due.decide();
            waiting.start();
        });
    }

    @Bean
    Loop scheduleHistoryLoop(JdbcClient jdbc, PlatformTransactionManager transactions, ScheduleProperties properties) {
        RunHistory history =
                new RunHistory(jdbc, new TransactionTemplate(transactions), properties.history(), properties.mostRuns());
        return new Loop("schedule-history", LifecyclePhase.COORDINATOR, FORGET_EVERY, history::forget);
    }
}
