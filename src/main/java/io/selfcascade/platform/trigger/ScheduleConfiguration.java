package io.selfcascade.platform.trigger;

import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.dispatch.OpenRuns;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.intake.Uuid7;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the schedules. Every coordinator has them: whoever looks first decides. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(ScheduleProperties.class)
class ScheduleConfiguration {

    @Bean
    ScheduleTimers scheduleTimers(JdbcClient jdbc) {
        return new ScheduleTimers(jdbc);
    }

    @Bean
    ScheduleRuns scheduleRuns(JdbcClient jdbc) {
        return new ScheduleRuns(jdbc);
    }

    @Bean
    RunStart runStart(OpenRuns openRuns, WorkloadIntake intake, ScheduleRequestReader reader, ScheduleRuns runs) {
        return new RunStart(openRuns, intake, reader, runs);
    }

    @Bean
    Schedules schedules(ScheduleRows rows, ScheduleTimers timers, ScheduleRuns runs, ScheduleRequestReader reader,
            WorkloadIntake intake, PlatformTransactionManager transactions, Uuid7 ids, InstantSource clock) {
        return new Schedules(rows, timers, runs, reader, intake, new TransactionTemplate(transactions), ids, clock);
    }

    @Bean
    DueSchedules dueSchedules(PlatformTransactionManager transactions, ScheduleTimers timers, ScheduleRows rows,
            ScheduleRuns runs, RunStart start) {
        return new DueSchedules(new TransactionTemplate(transactions), timers, rows, runs, start);
    }

    @Bean
    Loop scheduleLoop(DueSchedules due, ScheduleProperties properties) {
        return new Loop("schedules", LifecyclePhase.COORDINATOR, properties.tick(), due::decide);
    }
}
