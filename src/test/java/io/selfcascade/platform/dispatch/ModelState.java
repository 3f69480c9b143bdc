package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Dispatch;
import io.selfcascade.platform.dispatch.LedgerRows.Event;
import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Partition;
import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Stage;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.dispatch.LedgerRows.TenantShare;
import io.selfcascade.platform.dispatch.LedgerRows.Watermark;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The rows and the clock of the model, and what all its parts do to them. Rule numbers are those of docs/spec/dispatch.md. */
final class ModelState {

    static final long SECOND = 1_000;
    static final long LEASE = 30 * SECOND;

    final LedgerRows rows = new LedgerRows();
    final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
    /** Rows that another transaction holds: what skips locked rows does not see them. */
    final Set<String> held = new HashSet<>();
    final Map<String, Integer> ranks;
    long now = Ledger.START;
    /** How far the clock of the process that calls is ahead. Only a flawed ledger looks at it. */
    long jvmAhead;

    ModelState(Map<String, Integer> ranks) {
        this.ranks = Map.copyOf(ranks);
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    Run run(UUID workload) {
        return rows.runs.stream().filter(run -> run.workloadId.equals(workload)).findFirst()
                .orElseThrow(() -> refused(ErrorCode.NOT_FOUND));
    }

    /** Rule 14: a job's transaction begins with this. */
    Run owned(ClaimedRun claim) {
        Run run = run(claim.workloadId());
        if (run.epoch != claim.epoch() && !has(Flaw.OWNER_NOT_CHECKED)) {
            throw refused(ErrorCode.OWNERSHIP_LOST);
        }
        return run;
    }

    List<Item> items(UUID workload) {
        return rows.items.stream().filter(item -> item.workloadId.equals(workload)).toList();
    }

    Optional<Item> item(UUID workload, int ordinal) {
        return rows.items.stream().filter(item -> item.ordinal == ordinal && item.workloadId.equals(workload)).findFirst();
    }

    List<Task> tasks(Item item) {
        return rows.tasks.stream().filter(task -> task.isOf(item)).toList();
    }

    Optional<Task> task(Item item, int stage) {
        return rows.tasks.stream().filter(task -> task.stage == stage && task.isOf(item)).findFirst();
    }

    Optional<PlannedStage> planned(Item item, int stage) {
        return way(item.workloadId, item.variant).stream().filter(planned -> planned.spec().index() == stage).findFirst();
    }

    /** Rule 24: the stages an item goes through. A draft's decode has a number behind all others. */
    List<PlannedStage> way(UUID workload, int variant) {
        WorkloadPlan plan = run(workload).plan;
        return List.of(plan.fromPrompt(), plan.fromImage(), plan.draftFromPrompt(), plan.draftFromImage()).get(variant);
    }

    /** The stage that starts from what this one makes. */
    Optional<PlannedStage> next(Item item, int stage) {
        List<PlannedStage> way = way(item.workloadId, item.variant);
        return way.stream().skip(1).filter(planned -> way.get(way.indexOf(planned) - 1).spec().index() == stage).findFirst();
    }

    /** The task whose artifact this stage starts from. */
    Optional<Task> input(Item item, int stage) {
        return inputStage(way(item.workloadId, item.variant), stage).flatMap(before -> task(item, before));
    }

    private static Optional<Integer> inputStage(List<PlannedStage> way, int stage) {
        for (int n = 1; n < way.size(); n++) {
            if (way.get(n).spec().index() == stage) {
                return Optional.of(way.get(n - 1).spec().index());
            }
        }
        return Optional.empty();
    }

    List<Partition> partitions(UUID workload) {
        return rows.partitions.stream().filter(partition -> partition.workloadId.equals(workload)).toList();
    }

    Optional<Partition> partition(Item item) {
        Integer size = run(item.workloadId).partitionSize;
        return size == null ? Optional.empty()
                : partitions(item.workloadId).stream().filter(p -> p.partitionNo == item.ordinal / size).findFirst();
    }

    Stage stage(UUID workload, int stage) {
        return rows.stages.stream().filter(s -> s.stage == stage && s.workloadId.equals(workload)).findFirst().orElseGet(() -> {
            Stage added = new Stage();
            added.workloadId = workload;
            added.stage = stage;
            rows.stages.add(added);
            return added;
        });
    }

    Optional<TenantShare> tenantShare(String pool, String tenant) {
        return rows.tenantShares.stream().filter(share -> share.pool.equals(pool) && share.tenant.equals(tenant)).findFirst();
    }

    boolean holdsTasks(Dispatch dispatch) {
        return rows.tasks.stream().anyMatch(task -> task.state == TaskState.DISPATCHED && task.dispatchId == dispatch.id);
    }

    void close(Dispatch dispatch, String why) {
        dispatch.state = DispatchState.CLOSED;
        dispatch.closedAt = now;
        dispatch.closedBy = why;
    }

    /** A dispatch nobody has tasks of has nothing to wait for. */
    void closeEmptied(Collection<Dispatch> dispatches, String why) {
        dispatches.stream().filter(Dispatch::isOpen).filter(dispatch -> !holdsTasks(dispatch)).forEach(d -> close(d, why));
    }

    /** Rule 3, 12: a task becomes ready for the next stage, or for its first. */
    Task open(Item item, int stage, int generation) {
        PlannedStage planned = planned(item, stage).orElseThrow();
        Task task = new Task();
        task.id = nextTask++;
        task.workloadId = item.workloadId;
        task.ordinal = item.ordinal;
        task.stage = stage;
        task.generation = generation;
        task.pool = planned.pool();
        task.batchKey = planned.batchKey();
        task.notBefore = now;
        rows.tasks.add(task);
        return task;
    }

    private long nextTask = 1;

    /** Rule 5: until when everything workers sent has been applied; nothing, if a partition was never read to its end. */
    OptionalLong applied() {
        if (has(Flaw.REAPER_WITHOUT_WATERMARK)) {
            return OptionalLong.of(now);
        }
        return read();
    }

    /** The same, asked by anyone but the reaper. */
    OptionalLong read() {
        List<Watermark> marks = rows.watermarks;
        return marks.isEmpty() || marks.stream().anyMatch(mark -> mark.caughtUpAt == null)
                ? OptionalLong.empty()
                : marks.stream().mapToLong(mark -> mark.caughtUpAt).min();
    }

    /** Rule 18: a change of state is always told. */
    void changed(Run run) {
        run.revision++;
        tell(run);
    }

    /** Rule 18: progress is told at most twice a second. */
    void progressed(Set<UUID> workloads) {
        for (UUID workload : new TreeSet<>(workloads)) {
            Run run = run(workload);
            run.revision++;
            if (rows.events.stream().noneMatch(event -> event.workloadId.equals(workload) && event.at > now - 500)) {
                tell(run);
            }
        }
    }

    private void tell(Run run) {
        Event event = new Event();
        event.workloadId = run.workloadId;
        event.revision = run.revision;
        event.generation = run.generation;
        event.state = run.state;
        event.desired = run.desired;
        event.reason = run.errorCode;
        event.total = run.total;
        for (Partition partition : partitions(run.workloadId)) {
            event.completed += partition.completed;
            event.failed += partition.failed;
            event.cancelled += partition.cancelled;
        }
        event.at = now;
        rows.events.add(event);
    }

    void ensurePools(List<String> names) {
        for (String name : names) {
            if (rows.pools.stream().noneMatch(pool -> pool.name.equals(name))) {
                LedgerRows.Pool pool = new LedgerRows.Pool();
                pool.name = name;
                pool.rank = ranks.getOrDefault(name, 0);
                rows.pools.add(pool);
            }
        }
    }

    List<Dispatch> dispatches(Collection<Long> ids) {
        return new ArrayList<>(rows.dispatches.stream().filter(dispatch -> ids.contains(dispatch.id)).toList());
    }

    static CascadeException refused(ErrorCode code) {
        return new CascadeException(code, "The model refuses this");
    }
}
