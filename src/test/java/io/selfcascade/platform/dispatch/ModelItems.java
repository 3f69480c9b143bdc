package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Dispatch;
import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Partition;
import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.spec.ErrorCode;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rules 15, 16 and 17: items from their lines on, their partitions, and their cancellation. */
final class ModelItems {

    private final ModelState state;

    ModelItems(ModelState state) {
        this.state = state;
    }

    void insert(UUID workload, List<NewItem> lines) {
        Set<Integer> inserted = new HashSet<>();
        for (NewItem line : lines) {
            if (state.item(workload, line.ordinal()).isEmpty() && (line.refusal() != null || isFree(workload, line.customId()))) {
                add(workload, line, line.refusal() == null ? null : line.refusal().code());
                inserted.add(line.ordinal());
            }
        }
        for (NewItem line : lines) {
            if (!inserted.contains(line.ordinal()) && state.item(workload, line.ordinal()).isEmpty()) {
                add(workload, line, ErrorCode.CONFLICT);
            }
        }
    }

    private boolean isFree(UUID workload, @Nullable String customId) {
        return customId == null
                || state.items(workload).stream().noneMatch(item -> !item.refused && customId.equals(item.customId));
    }

    private void add(UUID workload, NewItem line, @Nullable ErrorCode refusal) {
        Item item = new Item();
        item.workloadId = workload;
        item.ordinal = line.ordinal();
        item.customId = line.customId();
        item.variant = (refusal == null ? line.variant() : 0) + (state.run(workload).plan.hasDrafts() ? 2 : 0);
        if (refusal == null) {
            item.seed = line.seed();
            item.spec = line.spec();
        } else {
            item.refused = true;
            settle(item, ItemState.FAILED, state.run(workload).generation);
            item.errorClass = Codes.storedClass(refusal);
            item.errorCode = Codes.stored(refusal);
        }
        state.rows.items.add(item);
    }

    int settleTotal(ClaimedRun claim, Partitioning partitioning) {
        Run run = state.owned(claim);
        int within = run.total == null
                ? (int) state.items(run.workloadId).stream().filter(item -> item.ordinal < partitioning.count() * partitioning.size()).count()
                : run.total;
        if (within != (run.total == null ? state.items(run.workloadId).size() : run.total)) {
            throw ModelState.refused(ErrorCode.INTERNAL);
        }
        if (settle(run, partitioning)) {
            state.changed(run);
        }
        return run.total;
    }

    /** @return whether this call did it */
    private boolean settle(Run run, Partitioning partitioning) {
        if (run.total != null) {
            return false;
        }
        run.total = state.items(run.workloadId).size();
        run.partitionSize = partitioning.size();
        run.failureLimit = share(run, run.total);
        for (int no = 0; no < partitioning.count(); no++) {
            Partition partition = new Partition();
            partition.workloadId = run.workloadId;
            partition.partitionNo = no;
            partition.total = count(run, no, null);
            state.rows.partitions.add(partition);
            recount(run, partition);
        }
        return true;
    }

    /** Rule 25: how many of so many items may fail; null for all. */
    static @Nullable Integer share(Run run, int items) {
        return run.maxFailureRatio == null ? null : run.maxFailureRatio.multiply(BigDecimal.valueOf(items)).intValue();
    }

    boolean isFailing(UUID workload) {
        Integer limit = state.run(workload).failureLimit;
        return limit != null && state.partitions(workload).stream().mapToInt(partition -> partition.failed).sum() > limit;
    }

    void recount(Run run, Partition partition) {
        partition.completed = count(run, partition.partitionNo, ItemState.COMPLETED);
        partition.failed = count(run, partition.partitionNo, ItemState.FAILED);
        partition.cancelled = count(run, partition.partitionNo, ItemState.CANCELLED);
    }

    private int count(Run run, int partition, @Nullable ItemState in) {
        return (int) state.items(run.workloadId).stream().filter(item -> item.ordinal / run.partitionSize == partition)
                .filter(item -> in == null || item.state == in).count();
    }

    int openPartition(ClaimedRun claim, Partitioning partitioning, int partition) {
        Run run = state.owned(claim);
        List<Item> opened = state.items(run.workloadId).stream()
                .filter(item -> item.ordinal >= partitioning.from(partition) && item.ordinal < partitioning.until(partition))
                .filter(item -> item.state == ItemState.PENDING && state.task(item, 0).isEmpty()).toList();
        opened.forEach(item -> state.open(item, 0, claim.generation()));
        state.stage(run.workloadId, 0).opened += opened.size();
        run.openedUntil = Math.max(run.openedUntil, partitioning.until(partition));
        return opened.size();
    }

    int cancelWorkload(ClaimedRun claim, @Nullable ErrorCode reason) {
        Run run = state.owned(claim);
        List<Item> pending = state.items(run.workloadId).stream().filter(item -> item.state == ItemState.PENDING).toList();
        Set<Long> dispatches = cancelTasks(state.rows.tasks.stream().filter(t -> t.workloadId.equals(run.workloadId)).toList());
        for (Item item : pending) {
            settle(item, ItemState.CANCELLED, claim.generation());
            item.errorClass = reason == null ? null : Codes.storedClass(reason);
            item.errorCode = reason == null ? null : Codes.stored(reason);
        }
        state.closeEmptied(state.dispatches(dispatches), "cancel");
        settle(run, Partitioning.of(state.items(run.workloadId).stream().mapToInt(item -> item.ordinal + 1).max().orElse(0)));
        state.partitions(run.workloadId).forEach(partition -> recount(run, partition));
        state.changed(run);
        return pending.size();
    }

    /** Rule 15: people have their answer after this. Each of the two steps that found something tells of it. */
    void cancelPending(UUID workload) {
        Run run = state.run(workload);
        List<Item> pending = state.items(workload).stream().filter(item -> item.state == ItemState.PENDING).toList();
        List<Item> atWorkers = pending.stream().filter(item -> state.tasks(item).stream().anyMatch(task -> task.dispatchId != null
                && (task.state == TaskState.READY || task.state == TaskState.DISPATCHED))).toList();
        cancelNow(run, atWorkers);
        cancelNow(run, pending.stream().filter(item -> !atWorkers.contains(item)).toList());
    }

    int cancelItems(UUID workload, List<Integer> ordinals) {
        Run run = state.run(workload);
        List<Item> chosen = state.items(workload).stream()
                .filter(item -> item.state == ItemState.PENDING && ordinals.contains(item.ordinal)).toList();
        cancelNow(run, chosen);
        return chosen.size();
    }

    private void cancelNow(Run run, List<Item> items) {
        if (items.isEmpty()) {
            return;
        }
        Set<Long> dispatches = cancelTasks(items.stream().flatMap(item -> state.tasks(item).stream()).toList());
        for (Item item : items) {
            settle(item, ItemState.CANCELLED, run.generation);
            item.errorClass = null;
            item.errorCode = null;
        }
        state.closeEmptied(state.dispatches(dispatches), "cancel");
        state.partitions(run.workloadId).forEach(partition -> recount(run, partition));
        state.changed(run);
    }

    void cancelItem(UUID workload, int ordinal) {
        Item item = state.item(workload, ordinal).orElseThrow(() -> ModelState.refused(ErrorCode.NOT_FOUND));
        if (item.state == ItemState.CANCELLED) {
            return;
        }
        if (item.state != ItemState.PENDING) {
            throw ModelState.refused(ErrorCode.CONFLICT);
        }
        List<Task> tasks = state.tasks(item);
        cancelTasks(tasks);
        Run run = state.run(workload);
        settle(item, ItemState.CANCELLED, run.generation);
        List<Long> fences = tasks.stream().map(task -> task.dispatchId).filter(id -> id != null).toList();
        state.closeEmptied(state.dispatches(fences), "cancel");
        state.partition(item).ifPresent(partition -> partition.cancelled++);
        state.changed(run);
    }

    private Set<Long> cancelTasks(List<Task> tasks) {
        Set<Long> dispatches = tasks.stream().filter(task -> task.state == TaskState.DISPATCHED).map(task -> task.dispatchId)
                .collect(Collectors.toSet());
        tasks.stream().filter(task -> task.state == TaskState.READY || task.state == TaskState.DISPATCHED)
                .forEach(task -> task.state = TaskState.CANCELLED);
        return dispatches;
    }

    static void settle(Item item, ItemState to, int generation) {
        item.state = to;
        item.settledIn = generation;
    }
}
