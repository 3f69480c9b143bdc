package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.SchedulePatch;
import io.selfcascade.platform.intake.ScheduleRequest;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.intake.ScheduleSource;
import io.selfcascade.platform.intake.Uuid7;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.trigger.ScheduleTimers.Timer;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionOperations;

/** What people do with schedules. Every change holds the schedule's lock, so that none falls between two halves of a run. */
public class Schedules {

    /** Of one tenant. Every one of them costs each coordinator a look. */
    private static final int MOST = 1_000;

    private final ScheduleRows rows;
    private final ScheduleTimers timers;
    private final ScheduleRuns runs;
    private final ScheduleRequestReader reader;
    private final WorkloadIntake intake;
    private final FolderStart folder;
    private final TopicStart topic;
    private final TransactionOperations transactions;
    private final Uuid7 ids;
    private final InstantSource clock;

    Schedules(ScheduleRows rows, ScheduleTimers timers, ScheduleRuns runs, ScheduleRequestReader reader, WorkloadIntake intake,
            FolderStart folder, TopicStart topic, TransactionOperations transactions, Uuid7 ids, InstantSource clock) {
        this.rows = rows;
        this.timers = timers;
        this.runs = runs;
        this.reader = reader;
        this.intake = intake;
        this.folder = folder;
        this.topic = topic;
        this.transactions = transactions;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Adds a schedule, whose times count from now on.
     *
     * @throws CascadeException CONFLICT if another one has its name, or there are too many; what {@link WorkloadIntake#check} throws if its workload
     *     could not be accepted
     */
    public ScheduleView create(String tenant, ScheduleRequest request) {
        check(tenant, request);
        try {
            return transactions.execute(status -> view(insert(tenant, request)));
        } catch (DataIntegrityViolationException e) {
            throw nameTaken(request, e);
        }
    }

    /**
     * Makes or changes the schedule of this name as an operator's file says, if the file has changed. What it is made of is not
     * checked: a start must not fail over a model that comes later; its runs will.
     *
     * @param file content of the file
     * @return whether anything was done
     */
    boolean declare(String tenant, ScheduleRequest request, byte[] file) {
        byte[] sha256 = Sha256.of(file);
        try {
            return transactions.execute(status -> declared(tenant, request, sha256));
        } catch (DataIntegrityViolationException e) {
            // Two coordinators began together: the name let one of them through.
            return transactions.execute(status -> declared(tenant, request, sha256));
        }
    }

    /** @throws CascadeException NOT_FOUND if the tenant has no such schedule */
    public ScheduleView get(String tenant, UUID id) {
        return view(row(tenant, id));
    }

    /**
     * Newest first.
     *
     * @param after the last id of the page before; null for the first page
     */
    public List<ScheduleView> page(String tenant, @Nullable UUID after, int limit) {
        List<Schedule> found = after == null
                ? rows.findByTenantOrderByIdDesc(tenant, Limit.of(limit))
                : rows.findByTenantAndIdLessThanOrderByIdDesc(tenant, after, Limit.of(limit));
        return found.stream().map(this::view).toList();
    }

    /**
     * Applies an edit. If it changes when the schedule runs, its times count from now on.
     *
     * @param version the edit was made on; null: whichever is current
     * @throws CascadeException NOT_FOUND; VERSION_MISMATCH if it has been edited since; CONFLICT if another one has its name;
     *     what {@link #create} throws
     */
    public ScheduleView edit(String tenant, UUID id, SchedulePatch patch, @Nullable Integer version) {
        check(tenant, reader.patched(row(tenant, id).request(reader), patch));
        return change(tenant, id, version, (schedule, timer) -> {
            ScheduleRequest former = schedule.request(reader);
            schedule.edit(reader.patched(former, patch));
            if (isRetimed(former, schedule.request(reader))) {
                restart(schedule, timer);
            }
        });
    }

    /** Rests until {@link #resume}; what passes meanwhile is not made up for. Pausing again changes nothing. */
    public ScheduleView pause(String tenant, UUID id) {
        return enable(tenant, id, false);
    }

    /** Goes on with the next time there is. */
    public ScheduleView resume(String tenant, UUID id) {
        return enable(tenant, id, true);
    }

    /**
     * Removes a schedule and its history. Its workloads stay, and go on.
     *
     * @throws CascadeException NOT_FOUND if the tenant has no such schedule
     */
    public void delete(String tenant, UUID id) {
        transactions.executeWithoutResult(status -> {
            timers.lock(id);
            rows.delete(row(tenant, id));
        });
    }

    /** @return the next times, also of a schedule that is paused: when it would run */
    public List<ScheduledTime> nextTimes(String tenant, UUID id, int count) {
        CronTimes times = row(tenant, id).times();
        List<ScheduledTime> found = new ArrayList<>();
        Optional<ScheduledTime> next = times.next(timers.now());
        while (next.isPresent() && found.size() < count) {
            found.add(next.get());
            next = times.next(next.get().at());
        }
        return found;
    }

    /** @return what became of former times, the one decided last first, as {@link ScheduleRuns#page} */
    public List<ScheduleRun> runs(String tenant, UUID id, @Nullable Long after, int limit) {
        return runs.page(row(tenant, id).id(), after, limit);
    }

    private boolean declared(String tenant, ScheduleRequest request, byte[] sha256) {
        Optional<UUID> known = rows.findByTenantAndName(tenant, request.name()).map(Schedule::id);
        if (known.isEmpty()) {
            Schedule schedule = insert(tenant, request);
            schedule.declaredBy(sha256);
            rows.saveAndFlush(schedule);
            return true;
        }
        Timer timer = timers.lock(known.get()).orElseThrow(() -> notFound(known.get()));
        Schedule schedule = row(tenant, known.get());
        if (schedule.isDeclaredBy(sha256)) {
            return false;
        }
        ScheduleRequest former = schedule.request(reader);
        schedule.edit(request);
        schedule.declaredBy(sha256);
        if (isRetimed(former, request)) {
            restart(schedule, timer);
        }
        rows.saveAndFlush(schedule);
        return true;
    }

    private Schedule insert(String tenant, ScheduleRequest request) {
        if (rows.countByTenant(tenant) >= MOST) {
            throw new CascadeException(ErrorCode.CONFLICT,
                    "Cannot create schedule: there are " + MOST + " already (delete one that is not needed)");
        }
        Schedule schedule = rows.saveAndFlush(new Schedule(ids.next(), tenant, request, clock.instant()));
        Instant now = timers.now();
        timers.set(schedule.id(), now, next(schedule, now));
        return schedule;
    }

    private ScheduleView enable(String tenant, UUID id, boolean isEnabled) {
        return change(tenant, id, null, (schedule, timer) -> {
            if (schedule.isEnabled() != isEnabled) {
                schedule.enable(isEnabled);
                restart(schedule, timer);
            }
        });
    }

    private ScheduleView change(String tenant, UUID id, @Nullable Integer version, BiConsumer<Schedule, Timer> change) {
        try {
            return transactions.execute(status -> {
                Timer timer = timers.lock(id).orElseThrow(() -> notFound(id));
                Schedule schedule = row(tenant, id);
                if (version != null && version != schedule.version()) {
                    throw mismatch(id, version, null);
                }
                change.accept(schedule, timer);
                return view(rows.saveAndFlush(schedule));
            });
        } catch (OptimisticLockingFailureException e) {
            throw mismatch(id, version, e);
        } catch (DataIntegrityViolationException e) {
            throw new CascadeException(ErrorCode.CONFLICT,
                    "Cannot edit schedule " + id + ": another one has this name (choose another name)", e);
        }
    }

    private void restart(Schedule schedule, Timer timer) {
        timers.set(schedule.id(), timer.restart(), next(schedule, timer.restart()));
    }

    private static @Nullable Instant next(Schedule schedule, Instant after) {
        return schedule.isEnabled() ? schedule.times().next(after).map(ScheduledTime::at).orElse(null) : null;
    }

    private static boolean isRetimed(ScheduleRequest former, ScheduleRequest edited) {
        return !former.cron().equals(edited.cron()) || !former.timeZone().equals(edited.timeZone())
                || former.enabled() != edited.enabled();
    }

    private void check(String tenant, ScheduleRequest request) {
        if (request.source() instanceof ScheduleSource.Template template) {
            intake.check(template.workload());
        } else if (request.source() instanceof ScheduleSource.Folder files) {
            folder.check(tenant, files.path(), LocalDateTime.ofInstant(clock.instant(), request.timeZone()));
        } else if (request.source() instanceof ScheduleSource.Topic records) {
            topic.check(tenant, records);
        }
    }

    private ScheduleView view(Schedule schedule) {
        return new ScheduleView(schedule.id(), schedule.request(reader), timers.find(schedule.id()).map(Timer::nextAt).orElse(null),
                schedule.createdAt(), schedule.version());
    }

    private Schedule row(String tenant, UUID id) {
        return rows.findByIdAndTenant(id, tenant).orElseThrow(() -> notFound(id));
    }

    static CascadeException notFound(UUID id) {
        return new CascadeException(ErrorCode.NOT_FOUND, "Cannot find schedule: " + id + " (see GET /v1/schedules)");
    }

    private static CascadeException nameTaken(ScheduleRequest request, Throwable cause) {
        return new CascadeException(ErrorCode.CONFLICT, "Cannot create schedule: another one is called " + request.name()
                + " (choose another name, or edit that one)", cause);
    }

    private static CascadeException mismatch(UUID id, @Nullable Integer version, @Nullable Throwable cause) {
        return new CascadeException(ErrorCode.VERSION_MISMATCH, "Cannot edit schedule " + id
                + (version == null ? "" : " of version " + version) + ": it has been edited since (read it again)", cause);
    }
}
