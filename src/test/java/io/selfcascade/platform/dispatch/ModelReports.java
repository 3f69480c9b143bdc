package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Limit;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.spec.Retry;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Rules 3, 11, 12 and 13: what workers report, and what follows from it. */
final class ModelReports {

    private static final int MOST_ATTEMPTS = 5;

    private final ModelState state;
    private final Map<Long, Map<Long, Integer>> succeeded = new HashMap<>();

    ModelReports(ModelState state) {
        this.state = state;
    }

    /** Successes are applied before failures and failures before refusals; of a repeated event the first counts. */
    int accept(List<TaskEvent> reported, double jitter) {
        Map<List<Long>, TaskEvent> distinct = new LinkedHashMap<>();
        reported.forEach(event -> distinct.putIfAbsent(List.of(event.taskId(), event.dispatchId()), event));
        Set<UUID> touched = new HashSet<>();
        int applied = 0;
        for (TaskEvent event : sorted(distinct.values().stream())) {
            Optional<Task> task = fenced(event);
            if (task.isPresent()) {
                apply(event, task.get(), jitter);
                touched.add(event.workloadId());
                applied++;
            }
        }
        state.closeEmptied(state.dispatches(distinct.values().stream().map(TaskEvent::dispatchId).toList()), "results");
        state.progressed(touched);
        distinct.values().forEach(this::learn);
        return applied;
    }

    private static List<TaskEvent> sorted(Stream<TaskEvent> events) {
        return events.sorted(Comparator.comparing(
                event -> event instanceof TaskSucceeded ? 0 : event instanceof TaskFailed ? 1 : 2)).toList();
    }

    /** Rule 3: the task, if the event counts. Only a result also counts for a task that went back and was not sent again. */
    private Optional<Task> fenced(TaskEvent event) {
        return state.rows.tasks.stream()
                .filter(task -> task.id == event.taskId() && task.workloadId.equals(event.workloadId())
                        && task.ordinal == event.ordinal() && task.stage == event.stage())
                .filter(task -> state.has(Flaw.NO_FENCE) || (task.dispatchId != null && task.dispatchId == event.dispatchId()))
                .filter(task -> task.state == TaskState.DISPATCHED
                        || (task.state == TaskState.READY && event instanceof TaskSucceeded)
                        || (task.state == TaskState.CANCELLED && event instanceof TaskSucceeded && state.has(Flaw.LATE_ACCEPT_AFTER_CANCEL))
                        || state.has(Flaw.NO_STATE_PREDICATE))
                .findFirst();
    }

    private void apply(TaskEvent event, Task task, double jitter) {
        Item item = state.item(task.workloadId, task.ordinal).orElseThrow();
        if (event instanceof TaskSucceeded done) {
            succeed(task, item, done);
        } else if (event instanceof TaskFailed failed) {
            fail(task, item, failed, jitter);
        } else if (event instanceof TaskDeclined declined) {
            task.state = TaskState.READY;
            if (declined.reason() == TaskDeclined.Reason.STORAGE_FULL) {
                task.errorClass = "infrastructure";
                task.errorCode = "storage_full";
            }
            task.notBefore = state.now + switch (declined.reason()) {
                case EXPIRED, DRAINING -> 0;
                case UNSUPPORTED, CANCELLED -> 5 * ModelState.SECOND;
                case STORAGE_FULL -> 30 * ModelState.SECOND;
            };
        }
    }

    private void succeed(Task task, Item item, TaskSucceeded done) {
        task.state = TaskState.SUCCEEDED;
        task.artifactKey = done.artifact().key();
        task.artifactSha256 = done.artifact().sha256();
        task.artifactBytes = done.artifact().bytes();
        task.previewKey = done.preview() == null ? null : done.preview().key();
        task.runMs = done.timingsMs().run();
        task.errorClass = null;
        task.errorCode = null;
        state.stage(task.workloadId, task.stage).succeeded++;
        state.stage(task.workloadId, task.stage).runMs += task.runMs;
        state.stage(task.workloadId, task.stage).bytes +=
                task.artifactBytes + (done.preview() == null ? 0 : done.preview().bytes());
        if (item.state != ItemState.PENDING) {
            return;
        }
        Optional<PlannedStage> next = state.next(item, task.stage);
        if (next.isPresent()) {
            int stage = next.get().spec().index();
            if (state.task(item, stage).isEmpty()) {
                state.open(item, stage, task.generation);
                state.stage(task.workloadId, stage).opened++;
            }
            return;
        }
        ModelItems.settle(item, ItemState.COMPLETED, task.generation);
        item.resultKey = done.artifact().key();
        item.resultSha256 = done.artifact().sha256();
        item.resultBytes = done.artifact().bytes();
        item.width = done.artifact().width();
        item.height = done.artifact().height();
        state.partition(item).ifPresent(partition -> partition.completed++);
    }

    private void fail(Task task, Item item, TaskFailed failed, double jitter) {
        Retry retry = failed.error().retry();
        Optional<String> bigger = retry == Retry.BIGGER_POOL ? biggerPool(task, item) : Optional.empty();
        task.notBefore = state.now + (long) ((0.5 + jitter / 2) * backOff(task.attempt));
        task.attempt++;
        task.pool = bigger.orElse(task.pool);
        task.errorClass = failed.error().failureClass().name().toLowerCase(Locale.ROOT);
        task.errorCode = failed.error().code();
        boolean isDead = retry == Retry.NEVER || task.attempt >= MOST_ATTEMPTS || (retry == Retry.BIGGER_POOL && bigger.isEmpty());
        end(task, item, isDead);
    }

    /** Rule 12: the next pool of higher rank that has a live worker with the model and for the size. */
    private Optional<String> biggerPool(Task task, Item item) {
        int own = state.rows.pools.stream().filter(pool -> pool.name.equals(task.pool)).findFirst().orElseThrow().rank;
        long pixels = state.planned(item, task.stage).orElseThrow().spec().size().pixels();
        String model = state.run(task.workloadId).plan.model().id();
        return state.rows.pools.stream()
                .filter(pool -> pool.rank > own && state.rows.workers.stream().anyMatch(worker -> worker.pool.equals(pool.name)
                        && worker.state == WorkerState.UP && worker.models.contains(model) && worker.maxPixels >= pixels))
                .min(Comparator.comparing(pool -> pool.rank)).map(pool -> pool.name);
    }

    static long backOff(int former) {
        return Math.min(300 * ModelState.SECOND, 5 * ModelState.SECOND << former);
    }

    /** A dead task fails its item with it. */
    void end(Task task, Item item, boolean isDead) {
        task.state = isDead ? TaskState.DEAD : TaskState.READY;
        if (!isDead) {
            return;
        }
        state.stage(task.workloadId, task.stage).dead++;
        if (item.state == ItemState.PENDING) {
            ModelItems.settle(item, ItemState.FAILED, task.generation);
            item.errorClass = task.errorClass;
            item.errorCode = task.errorCode;
            state.partition(item).ifPresent(partition -> partition.failed++);
        }
    }

    /** Rule 13: all tasks of a dispatch succeeded, and none of its forwards took all of them. */
    private void learn(TaskEvent event) {
        if (!(event instanceof TaskSucceeded done)) {
            return;
        }
        Map<Long, Integer> forwards = succeeded.computeIfAbsent(done.dispatchId(), id -> new HashMap<>());
        forwards.putIfAbsent(done.taskId(), done.microBatch());
        int largest = forwards.values().stream().mapToInt(batch -> batch).max().orElseThrow();
        state.dispatches(List.of(done.dispatchId())).stream()
                .filter(dispatch -> dispatch.tasks == forwards.size() && dispatch.tasks > largest)
                .forEach(dispatch -> limit(dispatch.pool, dispatch.batchKey, largest));
    }

    private void limit(String pool, long batchKey, int largest) {
        Limit known = state.rows.limits.stream().filter(limit -> limit.batchKey == batchKey && limit.pool.equals(pool))
                .findFirst().orElse(null);
        if (known == null) {
            known = new Limit();
            known.pool = pool;
            known.batchKey = batchKey;
            known.maxItems = largest;
            state.rows.limits.add(known);
        }
        known.maxItems = Math.min(known.maxItems, largest);
    }
}
