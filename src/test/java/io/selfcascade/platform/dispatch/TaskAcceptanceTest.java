package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskAcceptanceTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void carriesAnItemThroughItsStagesToItsResult() {
        ClaimedRun run = ledger.generating(1);

        for (int stage = 0; stage < 3; stage++) {
            TaskMessage message = ledger.sentOne();
            assertThat(ledger.acceptance.accept(worker.succeeded(message))).isEqualTo(1);
        }

        LedgerItem item = ledger.items.page(run.workloadId(), 0, 1).get(0);
        assertThat(item.state()).isEqualTo(ItemState.COMPLETED);
        assertThat(item.result().key()).startsWith(run.workloadId() + "/0/0/2.");
        assertThat(item.result().width()).isEqualTo(256);
        assertThat(item.stageMs()).containsExactly(100, 100, 100);
        assertThat(ledger.items.partitionCounts(run.workloadId())).containsExactly(new PartitionCount(0, 1, 1, 0, 0));
        assertThat(ledger.count("task_dispatch WHERE state <> 'closed'")).isZero();
        assertThat(ledger.jdbc.sql("SELECT sum(opened) = 3 AND sum(succeeded) = 3 AND sum(run_ms) = 300 FROM stage_count")
                .query(Boolean.class).single()).isTrue();
    }

    @Test
    void anItemHasTheResultThatCountedThoughAnOvertakenOneArrivedBeforeIt() {
        ClaimedRun run = ledger.generating(1);
        ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        TaskMessage overtaken = ledger.sentOne();
        ledger.acceptance.accept(List.of(worker.declined(overtaken, overtaken.tasks().get(0), TaskDeclined.Reason.EXPIRED)));
        TaskMessage message = ledger.sentOne();

        List<TaskEvent> both = new ArrayList<>(worker.succeeded(overtaken));
        both.addAll(worker.succeeded(message));
        ledger.acceptance.accept(both);

        assertThat(ledger.items.page(run.workloadId(), 0, 1).get(0).result().key())
                .startsWith(message.tasks().get(0).outputPrefix());
    }

    @Test
    void acceptsEachResultOnceHoweverOftenItArrives() {
        ledger.generating(3);
        TaskMessage message = ledger.sentOne();
        List<TaskEvent> events = worker.succeeded(message);
        List<TaskEvent> twice = new ArrayList<>(events);
        twice.addAll(events);

        assertThat(ledger.acceptance.accept(twice)).isEqualTo(3);
        assertThat(ledger.acceptance.accept(events)).isZero();

        assertThat(ledger.count("stage_task WHERE stage = 1")).isEqualTo(3);
    }

    @Test
    void anOldFenceChangesNothing() {
        ledger.generating(1);
        TaskMessage first = ledger.sentOne();
        ledger.acceptance.accept(List.of(worker.failed(first, first.tasks().get(0), ErrorCode.INTERNAL)));
        ledger.tick(Duration.ofMinutes(1));
        ledger.beats.apply(List.of(worker.beat()));
        TaskMessage second = ledger.sentOne();

        assertThat(ledger.acceptance.accept(worker.succeeded(first))).isZero();
        assertThat(ledger.acceptance.accept(List.of(
                worker.failed(first, first.tasks().get(0), ErrorCode.INVALID_IMAGE)))).isZero();

        assertThat(ledger.count("stage_task WHERE state = 'dispatched'")).isEqualTo(1);
        assertThat(ledger.acceptance.accept(worker.succeeded(second))).isEqualTo(1);
    }

    @Test
    void asksForPreviewsOfPivotsThatNoDecodeShowsAndRemembersThem() {
        ledger.generating(1);
        ledger.database.execute("UPDATE workload SET previews = true");
        TaskMessage first = ledger.sentOne();
        TaskSucceeded done = (TaskSucceeded) worker.succeeded(first).get(0);
        String prefix = first.tasks().get(0).previewPrefix();
        ledger.acceptance.accept(List.of(TestWorker.withPreview(done, new TaskSucceeded.Artifact(
                prefix + "0a1b2c3d.png", "image/png", "cd".repeat(32), 900, 128, 128, 1))));

        assertThat(prefix).isEqualTo(first.tasks().get(0).outputPrefix() + "preview.");
        assertThat(ledger.count("stage_task WHERE preview_key = '" + prefix + "0a1b2c3d.png' AND preview_bytes = 900"))
                .isEqualTo(1);
        assertThat(ledger.sentOne().tasks()).extracting(TaskMessage.Task::previewPrefix).containsOnlyNulls();
    }

    @Test
    void aResultUnderAnothersNameChangesNothing() {
        ledger.generating(2);
        TaskMessage message = ledger.sentOne();
        TaskMessage.Task task = message.tasks().get(0);
        TaskMessage.Task forged = new TaskMessage.Task(task.taskId(), UUID.randomUUID(), task.ordinal(), 1, "1", "", "",
                null, task.outputPrefix(), null);

        assertThat(ledger.acceptance.accept(List.of(worker.succeeded(message, forged, 1)))).isZero();
    }

    @Test
    void aResultAfterCancellationChangesNothing() {
        ClaimedRun run = ledger.generating(2);
        TaskMessage message = ledger.sentOne();
        ledger.items.cancelWorkload(run, null);

        assertThat(ledger.acceptance.accept(worker.succeeded(message))).isZero();

        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(0, 0, 0, 2));
        assertThat(ledger.count("task_dispatch WHERE state <> 'closed'")).isZero();
    }

    @Test
    void aFailureThatMayPassIsRetriedLaterAndLaterUntilTheLimit() {
        ClaimedRun run = ledger.generating(1);

        for (int attempt = 1; attempt <= 5; attempt++) {
            TaskMessage message = ledger.sentOne();
            assertThat(message.tasks().get(0).attempt()).isEqualTo(attempt);
            ledger.acceptance.accept(List.of(worker.failed(message, message.tasks().get(0), ErrorCode.RUN_LIMIT_EXCEEDED)));
            assertThat(ledger.sent()).as("at once after attempt %d", attempt).isEmpty();
            ledger.tick(Duration.ofSeconds(5L << (attempt - 1)));
            ledger.beats.apply(List.of(worker.beat()));
        }

        LedgerItem item = ledger.items.page(run.workloadId(), 0, 1).get(0);
        assertThat(item.state()).isEqualTo(ItemState.FAILED);
        assertThat(item.error()).isEqualTo(new LedgerItem.Error("timeout", "run_limit_exceeded", "it did not work"));
        assertThat(ledger.items.partitionCounts(run.workloadId())).containsExactly(new PartitionCount(0, 1, 0, 1, 0));
        assertThat(ledger.count("stage_count WHERE dead = 1")).isEqualTo(1);
    }

    @Test
    void aFailureThatWillNotPassFailsTheItemAndNotItsCompanions() {
        ClaimedRun run = ledger.generating(3);
        TaskMessage message = ledger.sentOne();

        ledger.acceptance.accept(List.of(
                worker.succeeded(message, message.tasks().get(0), 3),
                worker.failed(message, message.tasks().get(1), ErrorCode.NON_FINITE),
                worker.succeeded(message, message.tasks().get(2), 3)));

        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(2, 0, 1, 0));
        assertThat(ledger.count("stage_task WHERE stage = 1 AND state = 'ready'")).isEqualTo(2);
        assertThat(ledger.count("task_dispatch WHERE state = 'closed' AND closed_by = 'results'")).isEqualTo(1);
    }

    @Test
    void outOfMemoryMovesToABiggerPoolIfOneIsThere() {
        ledger.generating(2);
        TaskMessage small = ledger.sentOne();
        ledger.acceptance.accept(List.of(worker.failed(small, small.tasks().get(0), ErrorCode.DEVICE_OUT_OF_MEMORY)));
        assertThat(ledger.count("stage_task WHERE state = 'dead' AND ordinal = 0")).as("no bigger pool").isEqualTo(1);

        ledger.beats.apply(List.of(new TestWorker("big", "gpu", 1).beat()));
        ledger.acceptance.accept(List.of(
                worker.failed(small, small.tasks().get(1), ErrorCode.DEVICE_OUT_OF_MEMORY, Retry.BIGGER_POOL)));

        assertThat(ledger.count("stage_task WHERE state = 'ready' AND pool = 'gpu' AND ordinal = 1")).isEqualTo(1);
        ledger.tick(Duration.ofSeconds(6));
        assertThat(ledger.dispatches.pick("gpu")).singleElement()
                .satisfies(message -> assertThat(message.pool()).isEqualTo("gpu"));
    }

    @Test
    void aPoolIsNotBiggerForAStageThatItsWorkersDecline() {
        ledger.generating(1);
        TaskMessage small = ledger.sentOne();
        ledger.beats.apply(List.of(new TestWorker("big", "gpu", 1).upTo(64).beat()));

        ledger.acceptance.accept(List.of(worker.failed(small, small.tasks().get(0), ErrorCode.DEVICE_OUT_OF_MEMORY)));

        assertThat(ledger.count("stage_task WHERE state = 'dead'")).isEqualTo(1);
    }

    @Test
    void aDeclinedTaskIsReadyAgainAndNoAttemptIsCounted() {
        ledger.generating(2);
        TaskMessage message = ledger.sentOne();

        ledger.acceptance.accept(List.of(
                worker.declined(message, message.tasks().get(0), TaskDeclined.Reason.EXPIRED),
                worker.declined(message, message.tasks().get(1), TaskDeclined.Reason.STORAGE_FULL)));

        TaskMessage again = ledger.sentOne();
        assertThat(again.tasks()).singleElement().satisfies(task -> {
            assertThat(task.ordinal()).isZero();
            assertThat(task.attempt()).isEqualTo(1);
        });
    }

    @Test
    void progressIsToldAtMostTwiceASecondButEveryRevisionCounts() {
        ClaimedRun run = ledger.generating(8);
        TaskMessage message = ledger.sentOne();
        ledger.tick(Duration.ofSeconds(1));
        long revision = ledger.runs.get(run.workloadId()).revision();
        int told = ledger.count("workload_event");

        worker.succeeded(message).forEach(event -> ledger.acceptance.accept(List.of(event)));

        assertThat(ledger.runs.get(run.workloadId()).revision()).isEqualTo(revision + 8);
        assertThat(ledger.count("workload_event")).isBetween(told + 1, told + 3);
    }
}
