package io.selfcascade.platform.trigger;

import io.selfcascade.platform.trigger.ScheduleRun.Cause;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.platform.trigger.ScheduleTimers.Timer;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Decides about every time of every schedule, once. All coordinators look; the first to lock a schedule decides, and what it
 * decides and the workload it makes are one transaction: a process that dies in between leaves nothing.
 *
 * <p>After an absence only the last time that was due is run, so that a morning does not begin with three nights at once.
 */
final class DueSchedules {

    private static final Logger log = LoggerFactory.getLogger(DueSchedules.class);
    private static final int MOST_AT_ONCE = 100;
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    /** Of the times nobody was there for, the last ones are recorded; a schedule of every second has no end of them. */
    static final int MOST_RECORDED = 100;

    private final TransactionOperations transactions;
    private final ScheduleTimers timers;
    private final ScheduleRows schedules;
    private final ScheduleRuns runs;
    private final RunStart start;

    DueSchedules(TransactionOperations transactions, ScheduleTimers timers, ScheduleRows schedules, ScheduleRuns runs, RunStart start) {
        this.transactions = transactions;
        this.timers = timers;
        this.schedules = schedules;
        this.runs = runs;
        this.start = start;
    }

    /** Decides about all schedules that are due; safe to repeat, and to run in several processes at once. */
    void decide() {
        timers.due(MOST_AT_ONCE).forEach(this::decide);
    }

    private void decide(UUID id) {
        try {
            decide(id, null);
        } catch (FailedStart failed) {
            decideAgain(id, failed);
        } catch (RuntimeException e) {
            // One that cannot be decided about must not stand in the way of those behind it.
            log.warn("schedule waits schedule={}", id, e);
            postpone(id);
        }
    }

    /** A request that is wrong will be wrong tomorrow: its run has failed. Anything else may pass, and is tried again. */
    private void decideAgain(UUID id, FailedStart failed) {
        if (failed.getCause() instanceof CascadeException own && own.code().retry() == Retry.NEVER) {
            log.warn("run failed schedule={} logical_date={} code={} detail={}", id, failed.time.logicalDate(), own.code(),
                    own.getMessage());
            decide(id, failed);
        } else {
            log.warn("run waits schedule={} logical_date={}", id, failed.time.logicalDate(), failed.getCause());
            postpone(id);
        }
    }

    private void postpone(UUID id) {
        transactions.executeWithoutResult(status -> timers.postpone(id, AFTER_FAILURE));
    }

    private void decide(UUID id, @Nullable FailedStart failed) {
        transactions.executeWithoutResult(status -> timers.lockIfDue(id).ifPresent(timer ->
                schedules.findById(id).ifPresent(schedule -> decide(schedule, timer, failed))));
    }

    private void decide(Schedule schedule, Timer timer, @Nullable FailedStart failed) {
        List<ScheduledTime> due = schedule.times().lastUntil(timer.decidedUntil(), timer.now(), MOST_RECORDED + 1);
        for (ScheduledTime time : due.subList(0, Math.max(0, due.size() - 1))) {
            runs.insert(schedule.id(), time, Cause.CLOCK, null, State.MISSED, "A later time was due when a coordinator looked");
        }
        Instant decidedUntil = timer.decidedUntil();
        if (!due.isEmpty()) {
            ScheduledTime last = due.get(due.size() - 1);
            decide(schedule, last, timer.now(), failed);
            decidedUntil = last.at();
        }
        timers.set(schedule.id(), decidedUntil, schedule.times().next(decidedUntil).map(ScheduledTime::at).orElse(null));
    }

    private void decide(Schedule schedule, ScheduledTime time, Instant now, @Nullable FailedStart failed) {
        Duration late = Duration.between(time.at(), now);
        Duration deadline = schedule.startingDeadline();
        if (deadline != null && late.compareTo(deadline) > 0) {
            runs.insert(schedule.id(), time, Cause.CLOCK, null, State.MISSED,
                    "Nobody could start it within its starting deadline, " + deadline);
        } else if (failed != null && failed.time.equals(time)) {
            runs.insert(schedule.id(), time, Cause.CLOCK, null, State.FAILED, failed.getCause().getMessage());
        } else {
            Optional<Long> run = runs.insert(schedule.id(), time, Cause.CLOCK, null, State.PENDING, null);
            run.ifPresent(id -> start(schedule, id, time));
        }
    }

    private void start(Schedule schedule, long run, ScheduledTime time) {
        try {
            start.start(schedule, run, time.logicalDate());
        } catch (RuntimeException e) {
            throw new FailedStart(time, e);
        }
    }

    /** Ends a transaction and says of which time it was. Never leaves this class. */
    private static final class FailedStart extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient ScheduledTime time;

        private FailedStart(ScheduledTime time, RuntimeException cause) {
            super(cause);
            this.time = time;
        }
    }
}
