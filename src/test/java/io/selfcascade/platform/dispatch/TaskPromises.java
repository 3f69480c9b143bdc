package io.selfcascade.platform.dispatch;

import static io.selfcascade.platform.dispatch.Promises.require;

import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** G2, G3, G6 and G7 as the ways of tasks and items: from where to where each call of the ledger may take them. */
final class TaskPromises {

    private static final int MOST_ATTEMPTS = 5;
    private static final int MOST_LOSSES = 3;

    private final LeasePromises leases;
    private final Map<Key, Seen> tasks = new HashMap<>();
    private final Map<Key, ItemState> items = new HashMap<>();
    /** Of which generation a task was when a dispatch took it. */
    private final Map<Fence, Integer> generations = new HashMap<>();

    private record Fence(long dispatch, Key task) {}

    private record Key(UUID workload, int ordinal, int stage) {
        static Key of(Task task) {
            return new Key(task.workloadId, task.ordinal, task.stage);
        }

        static Key of(TaskEvent event) {
            return new Key(event.workloadId(), event.ordinal(), event.stage());
        }
    }

    private record Seen(TaskState state, @Nullable Long fence, int generation, int attempt, @Nullable String artifact) {
        static Seen of(Task task) {
            return new Seen(task.state, task.dispatchId, task.generation, task.attempt, task.artifactKey);
        }
    }

    TaskPromises(LeasePromises leases) {
        this.leases = leases;
    }

    void check(LedgerOperation operation, LedgerRows rows, long now) {
        require(rows.tasks.size() >= tasks.size(), "G3 no task vanishes", operation);
        for (Task task : rows.tasks) {
            Seen seen = Seen.of(task);
            Seen before = tasks.put(Key.of(task), seen);
            require(task.attempt <= MOST_ATTEMPTS && task.workerLosses <= MOST_LOSSES, "G9 tries are bounded", task);
            if (before != null && !before.equals(seen)) {
                check(before, task, operation, now);
            } else if (before == null) {
                require(task.state == TaskState.READY, "G2 a task begins ready", task);
            }
        }
        rows.items.forEach(item -> check(item, operation));
        if (operation instanceof LedgerOperation.Pick) {
            checkSent(rows, now);
        }
    }

    private void check(Seen before, Task task, LedgerOperation operation, long now) {
        require(before.state != TaskState.SUCCEEDED, "G2 accepted once", before + " " + task);
        boolean wasOpen = before.state == TaskState.READY || before.state == TaskState.DISPATCHED;
        switch (task.state) {
            case SUCCEEDED -> {
                require(wasOpen, "G6 nothing is added to what has ended", before + " " + task);
                accepted(before, task, operation);
            }
            case DISPATCHED -> {
                Integer former = generations.put(new Fence(task.dispatchId, Key.of(task)), task.generation);
                require(operation instanceof LedgerOperation.Pick && before.state == TaskState.READY && former == null,
                        "G7 every sending has its fence", before + " " + task);
            }
            case READY, DEAD -> wentBack(before, task, operation, now);
            case CANCELLED -> require(wasOpen && (operation instanceof LedgerOperation.CancelWorkload
                    || operation instanceof LedgerOperation.CancelItem
                    || (operation instanceof LedgerOperation.Want want && want.desired() == Desired.CANCEL)),
                    "G3 only people cancel", before + " " + task);
        }
    }

    private static void checkSent(LedgerRows rows, long now) {
        Set<Long> fresh = new HashSet<>();
        rows.dispatches.stream().filter(dispatch -> dispatch.createdAt == now).forEach(dispatch -> fresh.add(dispatch.id));
        rows.tasks.stream().filter(task -> task.state == TaskState.DISPATCHED && fresh.contains(task.dispatchId)).forEach(task -> {
            LedgerRows.Run run = rows.runs.stream().filter(r -> r.workloadId.equals(task.workloadId)).findFirst().orElseThrow();
            require(run.state == RunState.IN_PROGRESS && run.desired == Desired.RUN, "G6 nothing is sent for who does not want it", run);
            require(task.notBefore <= now, "G9 a try waits its time", task);
        });
    }

    private void accepted(Seen before, Task task, LedgerOperation operation) {
        boolean isReported = operation instanceof LedgerOperation.Accept accept && accept.events().stream().anyMatch(event ->
                isOf(event, before, task) && event instanceof TaskSucceeded done && done.artifact().key().equals(task.artifactKey)
                        && done.artifact().sha256().equals(task.artifactSha256));
        require(isReported && Objects.equals(before.fence, task.dispatchId), "G7 only the result of its fence counts", before + " " + task);
        require(generations.get(new Fence(before.fence, Key.of(task))) == task.generation, "G7 no result of a former generation counts", task);
    }

    private void wentBack(Seen before, Task task, LedgerOperation operation, long now) {
        if (before.state == TaskState.DEAD || before.state == TaskState.CANCELLED) {
            require(task.state == TaskState.READY && task.generation > before.generation, "G6 only a further generation takes up what has ended", before + " " + task);
        } else if (operation instanceof LedgerOperation.Reap) {
            leases.ended(before.fence, now, task);
            require(task.attempt == before.attempt + (leases.isBegun(before.fence) ? 1 : 0), "G9 only what was begun costs a try", task);
        } else if (operation instanceof LedgerOperation.Accept accept) {
            require(before.state == TaskState.DISPATCHED && accept.events().stream().anyMatch(event ->
                    isOf(event, before, task) && !(event instanceof TaskSucceeded)), "G7 only its fence's report counts", before + " " + task);
        } else {
            require(operation instanceof LedgerOperation.NotSent unsent && unsent.message().dispatchId() == before.fence,
                    "G7 only what was not sent goes back", before + " " + task);
        }
    }

    private static boolean isOf(TaskEvent event, Seen before, Task task) {
        return before.fence != null && event.dispatchId() == before.fence && Key.of(event).equals(Key.of(task));
    }

    private void check(Item item, LedgerOperation operation) {
        Key key = new Key(item.workloadId, item.ordinal, -1);
        ItemState before = items.put(key, item.state);
        if (before == null || before == item.state) {
            return;
        }
        boolean isReopened = operation instanceof LedgerOperation.Retry || operation instanceof LedgerOperation.Promote;
        require(before == ItemState.PENDING || (item.state == ItemState.PENDING && isReopened), "G6 what is settled stays so", before + " " + item);
    }
}
