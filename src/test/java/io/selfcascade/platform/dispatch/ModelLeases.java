package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Boot;
import io.selfcascade.platform.dispatch.LedgerRows.Dispatch;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.dispatch.LedgerRows.Worker;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** Rules 4, 5, 12 and 20: how beats keep leases, and how leases end. */
final class ModelLeases {

    private static final int MOST_ATTEMPTS = 5;
    private static final int MOST_LOSSES = 3;
    private static final long DAY = 86_400 * ModelState.SECOND;

    private final ModelState state;
    private final ModelReports reports;

    ModelLeases(ModelState state, ModelReports reports) {
        this.state = state;
        this.reports = reports;
    }

    void beats(List<WorkerBeat> beats) {
        state.ensurePools(beats.stream().map(WorkerBeat::pool).toList());
        news(beats).forEach(this::apply);
    }

    /** In the order of the topic: a boot that another has followed is over. Of one boot's beats the last of a batch counts. */
    private List<WorkerBeat> news(List<WorkerBeat> beats) {
        List<WorkerBeat> news = new ArrayList<>();
        beats.stream().map(WorkerBeat::workerId).distinct().forEach(id -> followTheSilent(id, beats));
        for (WorkerBeat beat : beats) {
            Boot boot = boot(beat);
            boot.lastSeen = state.now;
            boolean isOver = state.rows.boots.stream().anyMatch(b -> b.workerId.equals(boot.workerId) && b.place > boot.place);
            if ((!isOver && beat.seq() > boot.seq) || state.has(Flaw.OLD_BEATS_COUNT)) {
                boot.seq = beat.seq();
                news.removeIf(former -> former.bootId().equals(beat.bootId()));
                news.add(beat);
            }
        }
        return news;
    }

    /** Rule 20: the last of its boots that has news, unless one that followed it was heard within a lease. */
    private void followTheSilent(String id, List<WorkerBeat> beats) {
        List<Boot> boots = new ArrayList<>(state.rows.boots.stream().filter(boot -> boot.workerId.equals(id))
                .sorted(Comparator.comparing((Boot boot) -> boot.place).reversed()).toList());
        List<WorkerBeat> own = beats.stream().filter(beat -> beat.workerId().equals(id)).toList();
        OptionalLong applied = state.read();
        boolean isNew = own.stream().anyMatch(beat -> boots.stream().noneMatch(boot -> boot.bootId.equals(beat.bootId())));
        for (Boot boot : boots) {
            boolean isHeard = own.stream().anyMatch(beat -> beat.bootId().equals(boot.bootId));
            boolean hasNews = own.stream().anyMatch(beat -> beat.bootId().equals(boot.bootId) && beat.seq() > boot.seq);
            if (hasNews && !isNew && boot.place < boots.size()) {
                boots.stream().filter(later -> later.place > boot.place).forEach(later -> later.place--);
                boot.place = boots.size();
                return;
            }
            if (isHeard || applied.isEmpty() || boot.lastSeen >= applied.getAsLong() - ModelState.LEASE) {
                return;
            }
        }
    }

    private Boot boot(WorkerBeat beat) {
        return state.rows.boots.stream()
                .filter(boot -> boot.bootId.equals(beat.bootId()) && boot.workerId.equals(beat.workerId())).findFirst()
                .orElseGet(() -> {
                    Boot boot = new Boot();
                    boot.workerId = beat.workerId();
                    boot.bootId = beat.bootId();
                    boot.place = (int) state.rows.boots.stream().filter(b -> b.workerId.equals(beat.workerId())).count() + 1;
                    boot.firstSeen = state.now;
                    state.rows.boots.add(boot);
                    return boot;
                });
    }

    private void apply(WorkerBeat beat) {
        Set<Long> running = new HashSet<>();
        beat.running().forEach(run -> running.add(run.dispatchId()));
        for (Dispatch dispatch : state.rows.dispatches) {
            if (dispatch.isOpen() && running.contains(dispatch.id)) {
                renew(dispatch, beat);
            } else if (dispatch.isOpen() && beat.workerId().equals(dispatch.workerId)
                    && (!beat.bootId().equals(dispatch.bootId) || beat.state() == WorkerBeat.State.GONE)) {
                dispatch.leaseUntil = Math.min(dispatch.leaseUntil, state.now);
                dispatch.closedBy = "boot";
            }
        }
        register(beat);
    }

    private void renew(Dispatch dispatch, WorkerBeat beat) {
        dispatch.state = DispatchState.RUNNING;
        dispatch.startedAt = dispatch.startedAt == null ? Long.valueOf(state.now) : dispatch.startedAt;
        dispatch.workerId = beat.workerId();
        dispatch.bootId = beat.bootId();
        dispatch.leaseUntil = state.now + ModelState.LEASE + (state.has(Flaw.LEASE_FROM_JVM_CLOCK) ? state.jvmAhead : 0);
    }

    private void register(WorkerBeat beat) {
        state.rows.workers.removeIf(worker -> worker.id.equals(beat.workerId()));
        Worker worker = new Worker();
        worker.id = beat.workerId();
        worker.bootId = beat.bootId();
        worker.pool = beat.pool();
        worker.slots = beat.slots();
        worker.models = beat.models();
        worker.maxPixels = beat.device().maxPixels();
        worker.state = WorkerState.valueOf(beat.state().name());
        worker.lastSeen = state.now;
        state.rows.workers.add(worker);
    }

    int reap() {
        state.closeEmptied(state.rows.dispatches.stream().filter(d -> !state.held.contains("dispatch " + d.id)).toList(), "cancel");
        OptionalLong applied = state.applied();
        if (applied.isEmpty()) {
            return 0;
        }
        List<Task> taken = new ArrayList<>();
        for (Dispatch dispatch : state.rows.dispatches) {
            if (dispatch.isOpen() && dispatch.leaseUntil < applied.getAsLong() && !state.held.contains("dispatch " + dispatch.id)) {
                taken.addAll(takeBack(dispatch));
                state.close(dispatch, dispatch.closedBy == null ? "lease" : dispatch.closedBy);
            }
        }
        Set<UUID> touched = new HashSet<>();
        taken.forEach(task -> touched.add(task.workloadId));
        state.progressed(touched);
        state.rows.workers.stream().filter(worker -> worker.state == WorkerState.UP || worker.state == WorkerState.DRAINING)
                .filter(worker -> worker.lastSeen < applied.getAsLong() - ModelState.LEASE)
                .forEach(worker -> worker.state = WorkerState.LOST);
        return taken.size();
    }

    /** Rule 12: a lease that ended counts only if a worker had announced the run. */
    private List<Task> takeBack(Dispatch dispatch) {
        boolean isBegun = dispatch.startedAt != null || state.has(Flaw.EVERY_LEASE_COUNTS);
        List<Task> tasks = state.rows.tasks.stream()
                .filter(task -> task.state == TaskState.DISPATCHED && task.dispatchId == dispatch.id).toList();
        for (Task task : tasks) {
            task.notBefore = state.now + (isBegun ? ModelReports.backOff(task.workerLosses) : 0);
            if (isBegun) {
                task.attempt++;
                task.workerLosses++;
                task.errorClass = "infrastructure";
                task.errorCode = "worker_lost";
            }
            boolean isDead = isBegun && (task.attempt >= MOST_ATTEMPTS || task.workerLosses >= MOST_LOSSES);
            reports.end(task, state.item(task.workloadId, task.ordinal).orElseThrow(), isDead);
        }
        return tasks;
    }

    /** What has served goes after a day. */
    int clean() {
        OptionalLong applied = state.applied();
        List<List<?>> tables = List.of(state.rows.dispatches, state.rows.boots, state.rows.shares);
        int before = tables.stream().mapToInt(List::size).sum();
        state.rows.dispatches.removeIf(dispatch -> !dispatch.isOpen() && dispatch.closedAt < state.now - DAY);
        state.rows.boots.removeIf(boot -> applied.isPresent() && boot.lastSeen < applied.getAsLong() - DAY);
        state.rows.boots.forEach(boot -> boot.place = (int) state.rows.boots.stream()
                .filter(other -> other.workerId.equals(boot.workerId) && other.place <= boot.place).count());
        state.rows.shares.removeIf(share -> {
            Long finished = state.run(share.workloadId).finishedAt;
            return finished != null && finished <= state.now - DAY;
        });
        return before - tables.stream().mapToInt(List::size).sum();
    }
}
