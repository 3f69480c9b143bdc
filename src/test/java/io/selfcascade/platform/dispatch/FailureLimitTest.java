package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many items may fail before a generation ends early. */
class FailureLimitTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @ParameterizedTest
    @CsvSource({"0.29, 100, 29", "0.1, 30, 3", "0.1, 9, 0", "1, 5, 5", "1e-9, 1000, 0", ", 10,"})
    void isTheRatioOfAllItemsInDecimalNumbers(String ratio, int items, Integer limit) {
        ClaimedRun run = generating(ratio == null ? "NULL" : ratio, items, 0, LedgerFixture.plan(8));

        assertThat(ledger.runs.get(run.workloadId()).failureLimit()).isEqualTo(limit);
    }

    @Test
    void countsRefusedLinesAsFailedAndIsReachedOnlyAboveTheRatio() {
        ClaimedRun run = generating("0.5", 4, 1, LedgerFixture.plan(8));
        TaskMessage message = ledger.sentOne();

        fail(message, 0);
        assertThat(ledger.items.tooManyFailures(run.workloadId())).as("2 of 4").isEmpty();
        fail(message, 1);

        assertThat(ledger.items.tooManyFailures(run.workloadId())).get().asString()
                .startsWith("3 of 4 items have failed, generation 1 allows 2 (max_failure_ratio 0.5;");
    }

    @Test
    void staysTheSameWhenTheRestIsCancelledAndIsCountedOnce() {
        ClaimedRun run = generating("0.2", 3, 0, LedgerFixture.plan(8));
        TaskMessage message = ledger.sentOne();
        fail(message, 0);
        String decided = ledger.items.tooManyFailures(run.workloadId()).orElseThrow();

        ledger.items.cancelWorkload(run, ErrorCode.TOO_MANY_FAILURES);
        assertThat(ledger.items.cancelWorkload(run, ErrorCode.TOO_MANY_FAILURES)).isZero();
        ledger.acceptance.accept(worker.succeeded(message));
        fail(message, 1);

        assertThat(ledger.items.tooManyFailures(run.workloadId())).contains(decided);
        assertThat(ledger.items.partitionCounts(run.workloadId())).containsExactly(new PartitionCount(0, 3, 0, 1, 2));
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(0, 0, 1, 2));
        assertThat(ledger.items.expiredIn(run)).isZero();
    }

    /** What failed before is no reason to end a generation that runs something else. */
    @Test
    void countsInALaterGenerationOnlyWhatThatGenerationRuns() {
        ClaimedRun run = generating("0.4", 6, 1, LedgerFixture.plan(8));
        TaskMessage message = ledger.sentOne();
        fail(message, 0);
        fail(message, 1);
        ledger.items.cancelWorkload(run, ErrorCode.TOO_MANY_FAILURES);
        ledger.runs.advance(run, RunState.FAILED, ErrorCode.TOO_MANY_FAILURES, "3 of 6");

        WorkloadRun next = ledger.generations.retry(run.workloadId(), new GenerationRequest(List.of(2, 3, 4), null));

        assertThat(next.failureLimit()).as("three there are, and 0.4 of three").isEqualTo(3 + 1);
        assertThat(next.errorCode()).isNull();
        ledger.conductAgain(run);
        TaskMessage again = ledger.sentOne();
        fail(again, 0);
        assertThat(ledger.items.tooManyFailures(run.workloadId())).isEmpty();
        fail(again, 1);
        assertThat(ledger.items.tooManyFailures(run.workloadId())).get().asString()
                .startsWith("5 of 6 items have failed, generation 2 allows 4");
    }

    @Test
    void letsDraftsBePromotedOfAWorkloadThatEndedEarly() {
        ClaimedRun run = generating("0.3", 4, 0, LedgerFixture.draftPlan());
        TaskMessage first = ledger.sentOne();
        fail(first, 0);
        fail(first, 1);
        first.tasks().subList(2, 4).forEach(task -> ledger.acceptance.accept(List.of(worker.succeeded(first, task, 1))));
        ledger.finish(worker, ledger.sentOne());
        assertThat(ledger.items.tooManyFailures(run.workloadId())).isPresent();
        ledger.runs.advance(run, RunState.FAILED, ErrorCode.TOO_MANY_FAILURES, "2 of 4");

        ledger.generations.promote(run.workloadId(), GenerationRequest.EVERYTHING, 1L << 40);

        assertThat(ledger.items.tooManyFailures(run.workloadId())).isEmpty();
        assertThat(ledger.runs.get(run.workloadId()).failureLimit()).isEqualTo(2);
    }

    /** A workload of good lines and, behind them, refused ones. */
    private ClaimedRun generating(String ratio, int items, int refused, WorkloadPlan plan) {
        UUID workload = ledger.accepted(5, plan);
        ledger.database.execute("UPDATE workload SET max_failure_ratio = " + ratio);
        List<NewItem> lines = new ArrayList<>(LedgerFixture.lines(items - refused));
        for (int ordinal = items - refused; ordinal < items; ordinal++) {
            lines.add(NewItem.refused(ordinal, null, ErrorCode.INVALID_REQUEST, "line " + ordinal));
        }
        ClaimedRun run = ledger.runs.claim("me").orElseThrow();
        ledger.items.insertItems(workload, lines);
        Partitioning partitioning = Partitioning.of(items);
        ledger.runs.settleTotal(run, partitioning);
        ledger.runs.advance(run, RunState.IN_PROGRESS);
        partitioning.partitions().forEach(n -> ledger.items.openPartition(run, partitioning, n));
        return run;
    }

    private void fail(TaskMessage message, int task) {
        ledger.acceptance.accept(List.of(worker.failed(message, message.tasks().get(task), ErrorCode.NON_FINITE)));
    }
}
