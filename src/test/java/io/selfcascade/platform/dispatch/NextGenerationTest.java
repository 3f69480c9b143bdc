package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NextGenerationTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void runsAFailedItemOnFromItsPivotAndLeavesOthersAlone() {
        ClaimedRun run = failedAtTheSecondStage(2, List.of(1));
        String pivot = pivot(run, 1);

        WorkloadRun next = ledger.generations.retry(run.workloadId(), GenerationRequest.EVERYTHING);

        assertThat(next.generation()).isEqualTo(2);
        assertThat(next.state()).isEqualTo(RunState.QUEUED);
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(1, 1, 0, 0));
        ClaimedRun again = ledger.conductAgain(run);
        TaskMessage message = ledger.sentOne();
        assertThat(message.stage().index()).isEqualTo(1);
        assertThat(message.tasks()).singleElement().satisfies(task -> {
            assertThat(task.ordinal()).isEqualTo(1);
            assertThat(task.attempt()).isEqualTo(1);
            assertThat(task.input().key()).isEqualTo(pivot);
        });
        ledger.finish(worker, message);
        assertThat(ledger.items.count(again.workloadId())).isEqualTo(new ItemCounts(0, 2, 0, 0));
        assertThat(ledger.items.partitionCounts(again.workloadId())).containsExactly(new PartitionCount(0, 2, 2, 0, 0));
        assertThat(ledger.count("stage_count WHERE stage = 1 AND opened = 2 AND succeeded = 2 AND dead = 0")).isEqualTo(1);
    }

    @Test
    void nothingAWorkerStillSaysOfTheFormerGenerationCounts() {
        ClaimedRun run = ledger.generating(1);
        TaskMessage former = ledger.sentOne();
        ledger.items.cancelWorkload(run, null);
        ledger.runs.advance(run, RunState.CANCELLED);
        ledger.generations.retry(run.workloadId(), GenerationRequest.EVERYTHING);

        assertThat(ledger.acceptance.accept(worker.succeeded(former))).isZero();
        assertThat(ledger.acceptance.accept(List.of(worker.failed(former, former.tasks().get(0), ErrorCode.NON_FINITE)))).isZero();

        ledger.conductAgain(run);
        ledger.finish(worker, ledger.sentOne());
        assertThat(ledger.items.count(run.workloadId()).completed()).isEqualTo(1);
        assertThat(ledger.count("item WHERE settled_in = 2")).isEqualTo(1);
    }

    @Test
    void anItemWhosePivotIsGoneBeginsAnew() {
        ClaimedRun run = failedAtTheSecondStage(1, List.of(0));
        ledger.database.execute("UPDATE stage_task SET artifact_key = NULL");

        ledger.generations.retry(run.workloadId(), GenerationRequest.EVERYTHING);

        ledger.conductAgain(run);
        TaskMessage message = ledger.sentOne();
        assertThat(message.stage().index()).isZero();
        ledger.finish(worker, message);
        assertThat(ledger.items.count(run.workloadId()).completed()).isEqualTo(1);
    }

    @Test
    void opensItemsThatWereCancelledBeforeTheirTurn() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("me").orElseThrow();
        ledger.items.insertItems(workload, LedgerFixture.lines(3));
        ledger.runs.settleTotal(run, Partitioning.of(3));
        ledger.items.cancelWorkload(run, null);
        ledger.runs.advance(run, RunState.CANCELLED);

        ledger.generations.retry(workload, GenerationRequest.EVERYTHING);

        ledger.conductAgain(run);
        assertThat(ledger.sentOne().tasks()).hasSize(3);
    }

    @Test
    void readsTheInputToItsEndIfACancellationCutItShort() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("me").orElseThrow();
        ledger.items.insertItems(workload, LedgerFixture.lines(1));
        ledger.items.cancelWorkload(run, null);
        ledger.runs.advance(run, RunState.CANCELLED);

        assertConflict(run, new GenerationRequest(List.of(0), null), "not have been read to its end");
        assertThat(ledger.generations.retry(workload, GenerationRequest.EVERYTHING).total()).isNull();

        ledger.items.insertItems(workload, LedgerFixture.lines(3));
        ledger.conductAgain(run);
        assertThat(ledger.sentOne().tasks()).hasSize(3);
        assertThat(ledger.runs.get(workload).total()).isEqualTo(3);
    }

    @Test
    void retriesOnlyTheItemsAskedFor() {
        ClaimedRun run = failedAtTheSecondStage(3, List.of(0, 1, 2));

        ledger.generations.retry(run.workloadId(), new GenerationRequest(List.of(2, 99), null));

        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(1, 0, 2, 0));
    }

    @Test
    void refusesWhatCannotBeRetriedAndChangesNothing() {
        ClaimedRun running = ledger.generating(1);
        assertConflict(running, GenerationRequest.EVERYTHING, "has not ended");
        ledger.finish(worker, ledger.sentOne());
        ledger.runs.advance(running, RunState.COMPLETED);
        long revision = ledger.runs.get(running.workloadId()).revision();

        assertConflict(running, GenerationRequest.EVERYTHING, "none of its items failed or was cancelled");
        assertConflict(running, new GenerationRequest(null, 7), "next generation is 2, not 7");
        assertThat(ledger.runs.get(running.workloadId()).revision()).isEqualTo(revision);
        assertThatThrownBy(() -> ledger.generations.retry(UUID.randomUUID(), GenerationRequest.EVERYTHING))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void theSameRetrySentTwiceBeginsOneGeneration() {
        ClaimedRun run = failedAtTheSecondStage(1, List.of(0));

        ledger.generations.retry(run.workloadId(), new GenerationRequest(null, 2));
        WorkloadRun again = ledger.generations.retry(run.workloadId(), new GenerationRequest(null, 2));

        assertThat(again.generation()).isEqualTo(2);
    }

    @Test
    void aDeadlineThatHasPassedForbidsIt() {
        ClaimedRun run = failedAtTheSecondStage(1, List.of(0));
        ledger.database.execute("UPDATE workload SET deadline = ledger_now()");
        ledger.tick(Duration.ofSeconds(1));

        assertConflict(run, GenerationRequest.EVERYTHING, "deadline has passed");
    }

    private void assertConflict(ClaimedRun run, GenerationRequest request, String reason) {
        assertThatThrownBy(() -> ledger.generations.retry(run.workloadId(), request))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining(reason);
    }

    /** An ended run in which the named items failed at stage 1 and the others completed. */
    private ClaimedRun failedAtTheSecondStage(int items, List<Integer> failing) {
        ClaimedRun run = ledger.generating(items);
        ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        TaskMessage second = ledger.sentOne();
        List<TaskEvent> events = second.tasks().stream().map(task -> failing.contains(task.ordinal())
                ? worker.failed(second, task, ErrorCode.NON_FINITE) : worker.succeeded(second, task, 1)).toList();
        ledger.acceptance.accept(events);
        ledger.sent().forEach(message -> ledger.finish(worker, message));
        ledger.runs.advance(run, RunState.COMPLETED);
        ledger.runs.release(run);
        return run;
    }

    private String pivot(ClaimedRun run, int ordinal) {
        return ledger.jdbc.sql("""
                SELECT artifact_key FROM stage_task WHERE workload_id = :workload AND ordinal = :ordinal AND stage = 0
                """)
                .param("workload", run.workloadId())
                .param("ordinal", ordinal)
                .query(String.class)
                .single();
    }
}
