package io.selfcascade.platform.dispatch;

import static io.selfcascade.platform.dispatch.Promises.require;

import io.selfcascade.platform.dispatch.LedgerRows.Dispatch;
import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Partition;
import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Stage;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** G3, G4 and G6 as what the rows say at any time, however they came to be. */
final class RowPromises {

    private static final int SUSPECT = 2;

    private record ItemKey(UUID workload, int ordinal) {}

    void check(LedgerRows rows) {
        Map<UUID, Run> runs = new HashMap<>();
        rows.runs.forEach(run -> runs.put(run.workloadId, run));
        Map<ItemKey, List<Task>> tasks = new HashMap<>();
        rows.tasks.forEach(task ->
                tasks.computeIfAbsent(new ItemKey(task.workloadId, task.ordinal), key -> new ArrayList<>()).add(task));
        rows.items.forEach(item ->
                check(runs.get(item.workloadId), item, tasks.getOrDefault(new ItemKey(item.workloadId, item.ordinal), List.of())));
        rows.partitions.forEach(partition -> check(runs.get(partition.workloadId), partition, rows));
        rows.stages.forEach(stage -> check(stage, rows));
        rows.runs.forEach(run -> check(run, rows));
        Map<Long, Dispatch> open = new HashMap<>();
        rows.dispatches.stream().filter(Dispatch::isOpen).forEach(dispatch -> open.put(dispatch.id, dispatch));
        rows.tasks.stream().filter(task -> task.state == TaskState.DISPATCHED).forEach(task -> {
            Dispatch dispatch = open.get(task.dispatchId);
            require(dispatch != null, "G3 what is sent has a lease", task);
            require(task.workerLosses < SUSPECT || dispatch.tasks == 1, "G9 a suspect travels alone", task);
        });
    }

    private static void check(Run run, LedgerRows rows) {
        if (run.total != null) {
            require(rows.partitions.stream().filter(partition -> partition.workloadId.equals(run.workloadId))
                    .mapToInt(partition -> partition.total).sum() == run.total, "G3 partitions hold all items", run);
            require(rows.items.stream().filter(item -> item.workloadId.equals(run.workloadId)).count() == run.total, "G3 total", run);
        }
        require(!run.state.isTerminal() || rows.items.stream()
                .noneMatch(item -> item.state == ItemState.PENDING && item.workloadId.equals(run.workloadId)), "G3 an end leaves nothing", run);
    }

    private static void check(Run run, Item item, List<Task> tasks) {
        boolean isPending = item.state == ItemState.PENDING;
        long open = tasks.stream().filter(task -> task.state == TaskState.READY || task.state == TaskState.DISPATCHED).count();
        require(open <= 1, "G2 one task at a time", item);
        require(isPending || open == 0, "G6 what is settled has nothing to do", item);
        boolean waits = isPending && run.state == RunState.IN_PROGRESS && item.ordinal < run.openedUntil;
        require(!waits || open == 1, "G3 what is pending has something to wait for", item);
        if (item.state == ItemState.COMPLETED) {
            require(tasks.stream().anyMatch(task -> task.state == TaskState.SUCCEEDED && item.resultKey.equals(task.artifactKey)
                    && item.resultSha256.equals(task.artifactSha256)), "G4 a result is an accepted artifact", item);
        }
        require((item.state == ItemState.COMPLETED) == (item.resultKey != null), "G4 only what is complete has a result", item);
    }

    private static void check(Run run, Partition partition, LedgerRows rows) {
        int[] counts = new int[ItemState.values().length];
        int total = 0;
        for (Item item : rows.items) {
            if (item.workloadId.equals(run.workloadId) && item.ordinal / run.partitionSize == partition.partitionNo) {
                counts[item.state.ordinal()]++;
                total++;
            }
        }
        require(partition.total == total && partition.completed == counts[ItemState.COMPLETED.ordinal()]
                && partition.failed == counts[ItemState.FAILED.ordinal()]
                && partition.cancelled == counts[ItemState.CANCELLED.ordinal()], "G3 counters", partition);
    }

    private static void check(Stage stage, LedgerRows rows) {
        int opened = 0;
        int succeeded = 0;
        int dead = 0;
        for (Task task : rows.tasks) {
            if (task.stage == stage.stage && task.workloadId.equals(stage.workloadId)) {
                opened++;
                succeeded += task.state == TaskState.SUCCEEDED ? 1 : 0;
                dead += task.state == TaskState.DEAD ? 1 : 0;
            }
        }
        require(stage.opened == opened && stage.succeeded == succeeded && stage.dead == dead, "G3 counters of stages", stage);
    }
}
