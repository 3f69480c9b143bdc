package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.BackfillRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.intake.ScheduleSource;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.trigger.ScheduleRun.Cause;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.platform.trigger.ScheduleTimers.Timer;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.transaction.support.TransactionOperations;

/** Runs that people ask for, beside those of the clock; also of a schedule that is paused. */
public class RequestedRuns {

    private final TransactionOperations transactions;
    private final ScheduleTimers timers;
    private final ScheduleRows schedules;
    private final ScheduleRuns runs;
    private final RunStart start;
    private final ScheduleRequestReader reader;
    private final int mostBackfilled;

    RequestedRuns(TransactionOperations transactions, ScheduleTimers timers, ScheduleRows schedules, ScheduleRuns runs,
            RunStart start, ScheduleRequestReader reader, int mostBackfilled) {
        this.transactions = transactions;
        this.timers = timers;
        this.schedules = schedules;
        this.runs = runs;
        this.start = start;
        this.reader = reader;
        this.mostBackfilled = mostBackfilled;
    }

    /**
     * Runs a schedule now, under its overlap policy. A repeated request is the run it made the first time.
     *
     * @throws CascadeException NOT_FOUND if the tenant has no such schedule; if a workload is refused, what intake throws, and
     *     nothing is recorded
     */
    public Triggered trigger(String tenant, UUID id, RequestIdentity identity) {
        return transactions.execute(status -> {
            Locked locked = lock(tenant, id);
            Optional<ScheduleRun> former = runs.findByKey(id, identity.key());
            if (former.isPresent()) {
                return new Triggered(former.get(), true);
            }
            ScheduledTime now = insertNow(locked, identity.key());
            start.start(locked.schedule, runs.findByKey(id, identity.key()).orElseThrow().id(), now.logicalDate());
            return new Triggered(runs.findByKey(id, identity.key()).orElseThrow(), false);
        });
    }

    /**
     * Has the times of a range of days run that have not: those nobody was there for, or that were skipped or failed, and
     * those from before there was the schedule. They wait for their turn. Dates that started stay untouched.
     *
     * @return how many of them wait now, and how many there are
     * @throws InvalidRequestException if the range has too many times, lies in the future, or the source has no dates
     * @throws CascadeException NOT_FOUND if the tenant has no such schedule
     */
    public Backfill backfill(String tenant, UUID id, BackfillRequest request) {
        return transactions.execute(status -> {
            Locked locked = lock(tenant, id);
            requireDates(locked.schedule);
            List<ScheduledTime> times = times(locked, request);
            int waiting = (int) times.stream().filter(time -> runs.ask(id, time)).count();
            return new Backfill(waiting, times.size());
        });
    }

    private List<ScheduledTime> times(Locked locked, BackfillRequest request) {
        CronTimes cron = locked.schedule.times();
        List<ScheduledTime> times = new ArrayList<>();
        Instant before = request.from().atStartOfDay(locked.schedule.zone()).toInstant().minusNanos(1);
        Optional<ScheduledTime> next = cron.next(before);
        while (next.isPresent() && !next.get().logicalDate().toLocalDate().isAfter(request.to())
                && !next.get().at().isAfter(locked.timer.now())) {
            if (times.size() == mostBackfilled) {
                throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/to", Violation.Kind.OUT_OF_RANGE,
                        "More than " + mostBackfilled + " times (send several shorter ranges)");
            }
            times.add(next.get());
            next = cron.next(next.get().at());
        }
        if (times.isEmpty()) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/to", Violation.Kind.OUT_OF_RANGE,
                    "No time of the schedule lies in these days and in the past (see GET …/next-runs)");
        }
        return times;
    }

    private void requireDates(Schedule schedule) {
        ScheduleSource source = reader.readSource(schedule.sourceJson());
        boolean hasDates = source instanceof ScheduleSource.Template
                || source instanceof ScheduleSource.Folder folder && DatePlaceholder.isIn(folder.path());
        if (!hasDates) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "", Violation.Kind.INVALID_VALUE,
                    "What is new in a topic or folder belongs to no former date (name the folder with {date}, or trigger a run)");
        }
    }

    /** A moment that no cron names, because those are whole seconds: it takes no other run's logical date. */
    private ScheduledTime insertNow(Locked locked, String key) {
        Instant now = locked.timer.now();
        LocalDateTime local = LocalDateTime.ofInstant(now, locked.schedule.zone());
        LocalDateTime logicalDate = local.getNano() == 0 ? local.plus(1, ChronoUnit.MICROS) : local;
        while (true) {
            ScheduledTime time = new ScheduledTime(logicalDate, now, ScheduledTime.Night.ORDINARY);
            if (runs.insert(locked.schedule.id(), time, Cause.TRIGGER, key, State.PENDING, null).isPresent()) {
                return time;
            }
            logicalDate = logicalDate.plus(1, ChronoUnit.MICROS);
        }
    }

    private Locked lock(String tenant, UUID id) {
        Optional<Timer> timer = timers.lock(id);
        Optional<Schedule> schedule = schedules.findByIdAndTenant(id, tenant);
        if (timer.isEmpty() || schedule.isEmpty()) {
            throw Schedules.notFound(id);
        }
        return new Locked(schedule.get(), timer.get());
    }

    private record Locked(Schedule schedule, Timer timer) {}

    /**
     * The answer to a trigger.
     *
     * @param replayed true if the same request had been answered before; then nothing was done now
     */
    public record Triggered(ScheduleRun run, boolean replayed) {}

    /**
     * The answer to a backfill.
     *
     * @param waiting times that wait now and did not before
     * @param times of the schedule in the range and in the past
     */
    public record Backfill(int waiting, int times) {}
}
