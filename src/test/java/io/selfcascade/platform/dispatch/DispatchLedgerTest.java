package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DispatchLedgerTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @Test
    void sendsAFullDescriptionOfEachTask() {
        ledger.beats.apply(List.of(worker.beat()));
        ClaimedRun run = ledger.generating(3);

        TaskMessage message = ledger.sentOne();

        assertThat(message.model().sha256()).isEqualTo(LedgerFixture.SHA);
        assertThat(message.stage()).isEqualTo(LedgerFixture.plan(8).fromPrompt().get(0).spec());
        assertThat(message.runLimitS()).isEqualTo(900);
        assertThat(message.tasks()).hasSize(3);
        TaskMessage.Task task = message.tasks().get(2);
        assertThat(task.seed()).isEqualTo("9");
        assertThat(task.prompt()).isEqualTo("a red circle");
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.input()).isNull();
        assertThat(task.outputPrefix()).isEqualTo(run.workloadId() + "/0/2/0." + message.dispatchId() + ".");
    }

    @Test
    void handsTheAcceptedPivotToTheNextStage() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(1);
        TaskMessage first = ledger.sentOne();
        ledger.acceptance.accept(worker.succeeded(first));

        TaskMessage second = ledger.sentOne();

        assertThat(second.stage().index()).isEqualTo(1);
        assertThat(second.tasks().get(0).input().key()).startsWith(first.tasks().get(0).outputPrefix());
        assertThat(second.tasks().get(0).input().bytes()).isEqualTo(16_456);
    }

    @Test
    void neverHasMoreMessagesUnderWayThanTwicePerLiveSlot() {
        ledger.generating(40);
        assertThat(ledger.sent()).as("without a worker").isEmpty();

        ledger.beats.apply(List.of(worker.beat()));
        List<TaskMessage> window = ledger.sent();
        assertThat(window).hasSize(2);
        assertThat(ledger.sent()).isEmpty();
        ledger.acceptance.accept(worker.succeeded(window.get(0)));
        assertThat(ledger.sent()).hasSize(1);

        ledger.beats.apply(List.of(worker.beat(WorkerBeat.State.DRAINING)));
        ledger.acceptance.accept(worker.succeeded(window.get(1)));
        assertThat(ledger.sent()).as("with a draining worker").isEmpty();
    }

    @Test
    void sendsOnlyWhatALiveWorkerHasTheModelFor() {
        WorkerBeat able = worker.beat();
        ledger.beats.apply(List.of(new WorkerBeat(able.workerId(), able.bootId(), 1, "cpu", 1, able.state(), able.device(),
                List.of("another"), List.of())));
        ledger.generating(1);
        assertThat(ledger.sent()).isEmpty();

        ledger.beats.apply(List.of(worker.beat()));

        assertThat(ledger.sent()).hasSize(1);
    }

    @Test
    void sendsOnlyWhatIsSmallEnoughForALiveWorker() {
        ledger.beats.apply(List.of(worker.upTo(128).beat()));
        ledger.generating(1);
        ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        assertThat(ledger.sent()).as("256 x 256").isEmpty();

        ledger.beats.apply(List.of(new TestWorker("big", "cpu", 1).upTo(256).beat()));

        assertThat(ledger.sentOne().stage().width()).isEqualTo(256);
    }

    @Test
    void theOneWorkerThatIsLargeEnoughMustAlsoHaveTheModel() {
        WorkerBeat large = new TestWorker("large", "cpu", 1).upTo(4096).beat();
        ledger.beats.apply(List.of(worker.upTo(64).beat(), new WorkerBeat(large.workerId(), large.bootId(), large.seq(),
                large.pool(), large.slots(), large.state(), large.device(), List.of("another"), List.of())));

        ledger.generating(1);

        assertThat(ledger.sent()).isEmpty();
    }

    @Test
    void aStageThatFitsNobodyHoldsUpNeitherItsWorkloadNorOthers() {
        ledger.beats.apply(List.of(worker.upTo(128).beat()));
        ledger.generating(3, 9, LedgerFixture.plan(1));
        ledger.acceptance.accept(worker.succeeded(ledger.sent().get(0)));
        assertThat(ledger.count("stage_task WHERE stage = 1 AND state = 'ready'")).as("256 x 256").isEqualTo(1);

        TaskMessage own = ledger.sentOne();
        assertThat(own.stage().index()).isZero();
        ledger.acceptance.accept(worker.succeeded(own));
        ClaimedRun other = ledger.generating(1, 0, LedgerFixture.plan(1));
        assertThat(ledger.sentOne().tasks().get(0).workloadId()).isEqualTo(other.workloadId());
    }

    @Test
    void whatATooSmallWorkerOfThePoolDeclinesIsSentAgainForALargeOne() {
        TestWorker large = new TestWorker("large", "cpu", 1);
        ledger.beats.apply(List.of(worker.upTo(64).beat(), large.beat()));
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();

        ledger.acceptance.accept(List.of(worker.declined(message, message.tasks().get(0), TaskDeclined.Reason.UNSUPPORTED)));

        assertThat(ledger.sent()).as("at once").isEmpty();
        ledger.tick(Duration.ofSeconds(5));
        assertThat(ledger.sentOne().tasks().get(0).attempt()).isEqualTo(1);
    }

    @Test
    void sendsNothingToAWorkerThatFellSilent() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(1);

        ledger.tick(Duration.ofSeconds(31));

        assertThat(ledger.sent()).isEmpty();
    }

    @Test
    void twoWorkloadsOfThreeItemsShareOneMessagePerStage() {
        ledger.beats.apply(List.of(worker.beat()));
        ClaimedRun one = ledger.generating(3);
        ClaimedRun other = ledger.generating(3);

        for (int stage = 0; stage < 3; stage++) {
            TaskMessage message = ledger.sentOne();
            assertThat(message.stage().index()).isEqualTo(stage);
            assertThat(message.tasks()).hasSize(6);
            assertThat(message.tasks()).extracting(TaskMessage.Task::workloadId)
                    .contains(one.workloadId(), other.workloadId());
            ledger.acceptance.accept(worker.succeeded(message));
        }

        assertThat(ledger.items.count(one.workloadId()).completed()).isEqualTo(3);
        assertThat(ledger.items.count(other.workloadId()).completed()).isEqualTo(3);
        assertThat(ledger.count("task_dispatch")).isEqualTo(3);
    }

    @Test
    void aMessageThatIsNotFullLingersForMoreTasks() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(3);

        assertThat(ledger.dispatches.pick("cpu")).isEmpty();
        ledger.generating(5);
        assertThat(ledger.dispatches.pick("cpu")).singleElement()
                .satisfies(full -> assertThat(full.tasks()).hasSize(8));
    }

    @Test
    void deeperStagesGoFirstSoThatItemsFinish() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(24);
        List<TaskMessage> window = ledger.sent();
        ledger.acceptance.accept(worker.succeeded(window.get(0)));

        assertThat(ledger.sentOne().stage().index()).isEqualTo(1);
    }

    @Test
    void servesWorkloadsByPriorityWithoutStarvingAny() {
        TestWorker wide = new TestWorker("wide", "cpu", 20);
        ledger.beats.apply(List.of(wide.beat()));
        ClaimedRun urgent = ledger.generating(400, 9, LedgerFixture.plan(1));
        ClaimedRun patient = ledger.generating(400, 1, LedgerFixture.plan(1));

        List<UUID> served = ledger.sent().stream().map(message -> message.tasks().get(0).workloadId()).toList();

        assertThat(served).hasSize(40);
        // Weights 10 and 2: of 36 further messages the patient one gets a sixth.
        assertThat(served.stream().filter(urgent.workloadId()::equals).count()).isBetween(31L, 35L);
        assertThat(served.subList(0, 8)).contains(patient.workloadId());
    }

    @Test
    void aPausedWorkloadSendsNothingUntilItGoesOn() {
        ledger.beats.apply(List.of(worker.beat()));
        ClaimedRun run = ledger.generating(3);
        ledger.control.want(run.workloadId(), Desired.PAUSE);
        assertThat(ledger.sent()).isEmpty();

        ledger.control.want(run.workloadId(), Desired.RUN);

        assertThat(ledger.sent()).hasSize(1);
    }

    @Test
    void whatTheBrokerDoesNotTakeIsReadyAgain() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(3);
        ledger.tick(Duration.ofSeconds(1));
        TaskMessage refused = ledger.dispatches.pick("cpu").get(0);

        ledger.dispatches.notSent(refused);

        TaskMessage again = ledger.sentOne();
        assertThat(again.dispatchId()).isGreaterThan(refused.dispatchId());
        assertThat(again.tasks()).extracting(TaskMessage.Task::attempt).containsOnly(1);
    }

    @Test
    void aMessageStaysBelowItsLimitButCarriesAtLeastOneTask() {
        ledger.beats.apply(List.of(worker.beat()));
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("me").orElseThrow();
        String prompt = "x".repeat(100_000);
        ledger.items.insertItems(workload, IntStream.range(0, 4)
                .mapToObj(n -> NewItem.accepted(n, null, n, new ItemSpec(prompt, n == 3 ? prompt.repeat(3) : "", null)))
                .toList());
        ledger.runs.settleTotal(run, Partitioning.of(4));
        ledger.runs.advance(run, RunState.IN_PROGRESS);
        ledger.items.openPartition(run, Partitioning.of(4), 0);

        ledger.beats.apply(List.of(new TestWorker("wide", "cpu", 4).beat()));
        assertThat(ledger.sent()).extracting(message -> message.tasks().size()).containsExactly(2, 1, 1);
    }

    @Test
    void aRepeatedReportIsNotTheResultOfAnotherTask() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(2);
        TaskMessage message = ledger.sentOne();
        TaskEvent alone = worker.succeeded(message, message.tasks().get(0), 1);

        ledger.acceptance.accept(List.of(alone));
        ledger.acceptance.accept(List.of(alone));

        assertThat(ledger.count("batch_limit")).isZero();
    }

    @Test
    void remembersHowManyTasksFitTogether() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(8);
        TaskMessage message = ledger.sentOne();

        ledger.acceptance.accept(message.tasks().stream().map(task -> worker.succeeded(message, task, 4)).toList());

        ledger.generating(8);
        assertThat(ledger.jdbc.sql("SELECT max_items FROM batch_limit").query(Integer.class).single()).isEqualTo(4);
        ledger.tick(Duration.ofSeconds(1));
        ledger.beats.apply(List.of(new TestWorker("wide", "cpu", 4).beat()));
        assertThat(ledger.sent()).filteredOn(next -> next.stage().index() == 0).allSatisfy(
                next -> assertThat(next.tasks()).hasSize(4));
    }
}
