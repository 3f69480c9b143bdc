package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Partition;
import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Stage;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.StageKind;
import java.util.List;
import java.util.UUID;

/** Rules 10 and 23: the next generation of an ended run, and what the former one leaves to it. */
final class ModelGenerations {

    private final ModelState state;
    private final ModelItems items;

    ModelGenerations(ModelState state, ModelItems items) {
        this.state = state;
        this.items = items;
    }

    void retry(UUID workload, GenerationRequest request) {
        Run run = state.run(workload);
        if (request.generation() != null && request.generation() == run.generation) {
            return;
        }
        boolean isUnread = run.openedUntil == 0;
        List<Item> chosen = state.items(workload).stream()
                .filter(item -> item.state == ItemState.FAILED || item.state == ItemState.CANCELLED)
                .filter(item -> !item.refused && (request.items() == null || request.items().contains(item.ordinal))).toList();
        requireEnded(run, request);
        if (isUnread ? request.items() != null : chosen.isEmpty()) {
            throw ModelState.refused(ErrorCode.CONFLICT);
        }
        chosen.forEach(ModelGenerations::reopen);
        restart(run);
        if (isUnread) {
            state.rows.partitions.removeIf(partition -> partition.workloadId.equals(workload));
            run.total = null;
            run.partitionSize = null;
            run.failureLimit = null;
            recountStages(run);
        } else {
            recount(run);
        }
        begin(run, 0);
    }

    /** Rule 24: the full way instead of the one to the draft; the stage behind the draft's pivot is next. */
    void promote(UUID workload, GenerationRequest request) {
        Run run = state.run(workload);
        if (request.generation() != null && request.generation() == run.generation) {
            return;
        }
        if (!run.plan.hasDrafts()) {
            throw ModelState.refused(ErrorCode.NO_DRAFT);
        }
        requireEnded(run, request);
        List<Item> drafts = state.items(workload).stream().filter(item -> item.state == ItemState.COMPLETED && item.variant >= 2)
                .filter(item -> request.items() == null || request.items().contains(item.ordinal)).toList();
        if (request.items() != null && request.items().stream().anyMatch(o -> state.item(workload, o).isEmpty())) {
            throw ModelState.refused(ErrorCode.NOT_FOUND);
        }
        if (drafts.isEmpty() || (request.items() != null && drafts.size() < request.items().stream().distinct().count())) {
            throw ModelState.refused(ErrorCode.NO_DRAFT);
        }
        for (Item item : drafts) {
            List<PlannedStage> draft = state.way(workload, item.variant);
            int pivot = draft.get(draft.size() - 2).spec().index();
            reopen(item);
            item.variant -= 2;
            state.open(item, state.next(item, pivot).orElseThrow().spec().index(), 1).state = TaskState.CANCELLED;
        }
        restart(run);
        recount(run);
        begin(run, drafts.size());
    }

    private void requireEnded(Run run, GenerationRequest request) {
        if (!run.state.isTerminal()
                || (request.generation() != null && request.generation() != run.generation + 1)
                || (run.deadline != null && run.deadline <= state.now)) {
            throw ModelState.refused(ErrorCode.CONFLICT);
        }
    }

    private static void reopen(Item item) {
        item.state = ItemState.PENDING;
        item.settledIn = null;
        item.errorClass = null;
        item.errorCode = null;
        item.resultKey = null;
        item.resultSha256 = null;
        item.resultBytes = null;
        item.width = null;
        item.height = null;
    }

    private void restart(Run run) {
        state.items(run.workloadId).stream().filter(item -> item.state == ItemState.PENDING).forEach(item -> restart(run, item));
    }

    private void restart(Run run, Item item) {
        List<Task> way = state.tasks(item).stream().filter(task -> state.planned(item, task.stage).isPresent()).toList();
        List<Task> stopped = way.stream()
                .filter(task -> task.state == TaskState.DEAD || task.state == TaskState.CANCELLED).toList();
        boolean isBroken = stopped.stream().anyMatch(
                task -> state.input(item, task.stage).filter(before -> before.artifactKey == null).isPresent());
        if (isBroken) {
            state.rows.tasks.removeAll(way);
            return;
        }
        for (Task task : stopped) {
            task.state = TaskState.READY;
            task.generation = run.generation + 1;
            task.notBefore = state.now;
            task.dispatchId = state.has(Flaw.RETRY_KEEPS_FENCE) ? task.dispatchId : null;
            task.attempt = 0;
            task.workerLosses = 0;
            task.pool = state.planned(item, task.stage).orElseThrow().pool();
            task.errorClass = null;
            task.errorCode = null;
        }
    }

    /** Counters are summed again, and the generation may fail its share of what it has to run. */
    private void recount(Run run) {
        List<Partition> partitions = state.partitions(run.workloadId);
        partitions.forEach(partition -> items.recount(run, partition));
        recountStages(run);
        int failed = partitions.stream().mapToInt(partition -> partition.failed).sum();
        int pending = partitions.stream().mapToInt(p -> p.total - p.completed - p.failed - p.cancelled).sum();
        Integer share = ModelItems.share(run, pending);
        run.failureLimit = share == null ? null : Integer.valueOf(failed + share);
    }

    private void recountStages(Run run) {
        state.rows.tasks.stream().filter(task -> task.workloadId.equals(run.workloadId))
                .forEach(task -> state.stage(run.workloadId, task.stage));
        state.rows.stages.stream().filter(stage -> stage.workloadId.equals(run.workloadId)).forEach(this::recount);
    }

    private void recount(Stage stage) {
        List<Task> tasks = state.rows.tasks.stream()
                .filter(task -> task.stage == stage.stage && task.workloadId.equals(stage.workloadId)).toList();
        stage.opened = tasks.size();
        stage.succeeded = (int) tasks.stream().filter(task -> task.state == TaskState.SUCCEEDED).count();
        stage.dead = (int) tasks.stream().filter(task -> task.state == TaskState.DEAD).count();
    }

    private void begin(Run run, int promoted) {
        run.generation++;
        run.promoted += promoted;
        run.state = RunState.QUEUED;
        run.desired = Desired.RUN;
        run.queuedAt = state.now;
        run.finishedAt = null;
        run.collectAt = null;
        run.openedUntil = 0;
        run.resultsKey = null;
        run.errorCode = null;
        state.changed(run);
    }

    boolean forgetPivots(UUID workload, int generation) {
        Run run = state.run(workload);
        if (run.keepPivots.equals("all")) {
            return true;
        }
        if (run.generation != generation || run.finishedAt == null) {
            return false;
        }
        run.collectAt = state.now + 600 * ModelState.SECOND;
        for (Item item : state.items(workload)) {
            List<Task> pivots = state.tasks(item).stream().filter(task -> task.artifactKey != null)
                    .filter(task -> state.planned(item, task.stage).filter(p -> p.spec().kind() != StageKind.DECODE).isPresent()).toList();
            int deepest = pivots.stream().mapToInt(task -> task.stage).max().orElse(0);
            pivots.stream().filter(task -> task.stage < deepest || run.keepPivots.equals("none")).forEach(task -> {
                task.artifactKey = null;
                task.previewKey = null;
            });
        }
        return true;
    }
}
