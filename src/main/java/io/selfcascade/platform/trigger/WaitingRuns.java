package io.selfcascade.platform.trigger;

import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Retry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Starts the runs of backfills: oldest date first, each once no workload of its schedule is open, whatever the overlap policy
 * says, unless it allows them side by side. A run of the clock goes before: it meets a backfilled one as any other.
 */
final class WaitingRuns {

    private static final Logger log = LoggerFactory.getLogger(WaitingRuns.class);
    private static final int MOST_AT_ONCE = 100;
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final TransactionOperations transactions;
    private final ScheduleTimers timers;
    private final ScheduleRows schedules;
    private final ScheduleRuns runs;
    private final RunStart start;

    WaitingRuns(TransactionOperations transactions, ScheduleTimers timers, ScheduleRows schedules, ScheduleRuns runs, RunStart start) {
        this.transactions = transactions;
        this.timers = timers;
        this.schedules = schedules;
        this.runs = runs;
        this.start = start;
    }

    /** Starts at most one run of every schedule; safe to repeat, and to run in several processes at once. */
    void start() {
        runs.schedulesThatWait(MOST_AT_ONCE).forEach(this::startNext);
    }

    private void startNext(UUID id) {
        Attempt attempt = new Attempt();
        try {
            transactions.executeWithoutResult(status -> timers.lockIfFree(id).flatMap(timer -> schedules.findById(id))
                    .ifPresent(schedule -> startNext(schedule, attempt)));
        } catch (RuntimeException e) {
            attempt.run.ifPresentOrElse(run -> failed(run, e), () -> log.warn("schedule waits schedule={}", id, e));
        }
    }

    private void startNext(Schedule schedule, Attempt attempt) {
        if (start.isFree(schedule)) {
            attempt.run = runs.nextThatWaits(schedule.id());
            attempt.run.ifPresent(run -> start.submit(schedule, run.id(), run.logicalDate()));
        }
    }

    private void failed(ScheduleRun run, RuntimeException failure) {
        boolean forGood = failure instanceof CascadeException own && own.code().retry() == Retry.NEVER;
        log.warn("run {} run={} logical_date={} detail={}", forGood ? "failed" : "waits", run.id(), run.logicalDate(),
                failure.getMessage());
        transactions.executeWithoutResult(status -> {
            if (forGood) {
                runs.decideIfWaiting(run.id(), State.FAILED, failure.getMessage());
            } else {
                runs.postpone(run.id(), AFTER_FAILURE);
            }
        });
    }

    /** Which run was being started when its transaction ended. */
    private static final class Attempt {
        private Optional<ScheduleRun> run = Optional.empty();
    }
}
