package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Items stop at drafts, and go on from there when they are promoted. */
class DraftsTest {

    private static final long ROOM = 1L << 40;

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void anItemStopsAtAPictureOfTheFirstPivot() {
        ClaimedRun run = ledger.generating(2, 5, LedgerFixture.draftPlan());
        ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        TaskMessage draft = ledger.sentOne();

        assertThat(draft.stage()).isEqualTo(LedgerFixture.draftPlan().draftFromPrompt().get(1).spec());
        assertThat(draft.tasks()).allSatisfy(task -> assertThat(task.input().key()).isEqualTo(artifact(run, task.ordinal(), 0)));
        ledger.finish(worker, draft);
        assertThat(ledger.items.page(run.workloadId(), 0, 10)).hasSize(2).allSatisfy(item -> {
            assertThat(item.state()).isEqualTo(ItemState.COMPLETED);
            assertThat(item.result().draft()).isTrue();
            assertThat(item.result().width()).isEqualTo(128);
            assertThat(item.result().key()).isEqualTo(artifact(run, item.ordinal(), 3));
            assertThat(item.stageMs()).hasSize(2);
        });
        assertThat(ledger.count("stage_task WHERE stage IN (1, 2)")).isZero();
        assertThat(ledger.count("stage_count WHERE stage IN (0, 3) AND opened = 2 AND succeeded = 2")).isEqualTo(2);
        assertThat(ledger.items.partitionCounts(run.workloadId())).containsExactly(new PartitionCount(0, 2, 2, 0, 0));
    }

    @Test
    void onlyPromotedItemsGoOnFromTheirPivotsAndTheOthersKeepTheirDrafts() {
        ClaimedRun run = drafted(3);
        LedgerItem kept = item(run, 0);

        WorkloadRun next = promote(run, List.of(1, 2, 1));

        assertThat(next.generation()).isEqualTo(2);
        assertThat(next.state()).isEqualTo(RunState.QUEUED);
        assertThat(next.promoted()).isEqualTo(2);
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(2, 1, 0, 0));
        ledger.conductAgain(run);
        TaskMessage message = ledger.sentOne();
        assertThat(message.stage()).isEqualTo(LedgerFixture.plan(8).fromPrompt().get(1).spec());
        assertThat(message.tasks()).extracting(TaskMessage.Task::ordinal).containsExactly(1, 2);
        assertThat(message.tasks()).allSatisfy(task -> {
            assertThat(task.input().key()).isEqualTo(artifact(run, task.ordinal(), 0));
            assertThat(task.seed()).isEqualTo(String.valueOf(7 + task.ordinal()));
            assertThat(task.attempt()).isEqualTo(1);
        });
        ledger.finish(worker, message);
        assertThat(item(run, 0)).isEqualTo(kept);
        assertThat(item(run, 1).result().draft()).isFalse();
        assertThat(item(run, 1).result().width()).isEqualTo(256);
        assertThat(item(run, 1).stageMs()).hasSize(3);
        assertThat(ledger.count("item WHERE settled_in = 2")).isEqualTo(2);
        assertThat(ledger.items.partitionCounts(run.workloadId())).containsExactly(new PartitionCount(0, 3, 3, 0, 0));
        assertThat(ledger.count("stage_count WHERE stage IN (0, 3) AND opened = 3 AND succeeded = 3")).isEqualTo(2);
        assertThat(ledger.count("stage_count WHERE stage IN (1, 2) AND opened = 2 AND succeeded = 2")).isEqualTo(2);
    }

    @Test
    void othersMayFollowInAFurtherGeneration() {
        ClaimedRun run = drafted(2);
        promote(run, List.of(1));
        runToItsEnd(run);

        WorkloadRun third = promote(run, null);

        assertThat(third.generation()).isEqualTo(3);
        assertThat(third.promoted()).isEqualTo(2);
        runToItsEnd(run);
        assertThat(ledger.items.page(run.workloadId(), 0, 10)).extracting(item -> item.result().draft())
                .containsExactly(false, false);
        assertThat(ledger.count("stage_task WHERE stage = 0 AND generation = 1")).as("nothing ran twice").isEqualTo(2);
    }

    @Test
    void anItemWhosePivotIsGoneBeginsAnewAndStillGoesTheFullWay() {
        ClaimedRun run = drafted(1);
        ledger.database.execute("UPDATE stage_task SET artifact_key = NULL WHERE stage = 0");

        promote(run, List.of(0));

        ledger.conductAgain(run);
        TaskMessage message = ledger.sentOne();
        assertThat(message.stage().index()).isZero();
        ledger.finish(worker, message);
        assertThat(item(run, 0).result().draft()).isFalse();
        assertThat(ledger.count("stage_task WHERE stage = 3 AND state = 'succeeded'")).as("its draft stays").isEqualTo(1);
        assertThat(ledger.count("stage_count WHERE opened = 1 AND succeeded = 1")).isEqualTo(4);
    }

    @Test
    void aRetryLeavesEveryItemOnItsWay() {
        ClaimedRun run = ledger.generating(2, 5, LedgerFixture.draftPlan());
        failLast(ledger.sentOne());
        ledger.finish(worker, ledger.sentOne());
        ledger.end(run);
        promote(run, List.of(0));
        ClaimedRun second = ledger.conductAgain(run);
        failLast(ledger.sentOne());
        ledger.end(second);
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(0, 0, 2, 0));

        ledger.generations.retry(run.workloadId(), GenerationRequest.EVERYTHING);

        runToItsEnd(run);
        assertThat(item(run, 0).result().draft()).isFalse();
        assertThat(item(run, 1).result().draft()).isTrue();
        assertThat(promote(run, null).promoted()).isEqualTo(2);
    }

    @Test
    void theSamePromotionSentTwiceBeginsOneGeneration() {
        ClaimedRun run = drafted(3);

        List<WorkloadRun> answers = atOnce(run, new GenerationRequest(List.of(0, 2), 2), new GenerationRequest(List.of(0, 2), 2))
                .stream().map(CompletableFuture::join).toList();

        assertThat(answers).extracting(WorkloadRun::generation).containsExactly(2, 2);
        assertThat(ledger.runs.get(run.workloadId()).promoted()).isEqualTo(2);
        assertThat(ledger.count("stage_task WHERE stage = 1 AND state = 'ready'")).isEqualTo(2);
    }

    @Test
    void ofTwoPromotionsAtOnceOneIsRefused() {
        ClaimedRun run = drafted(3);

        List<CompletableFuture<WorkloadRun>> answers =
                atOnce(run, new GenerationRequest(List.of(0, 1), null), new GenerationRequest(List.of(1, 2), null));

        assertThat(answers).filteredOn(CompletableFuture::isCompletedExceptionally).singleElement()
                .satisfies(answer -> assertThatThrownBy(answer::join).hasCauseInstanceOf(CascadeException.class)
                        .cause().extracting("code").isEqualTo(ErrorCode.NO_DRAFT));
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(2, 1, 0, 0));
        assertThat(ledger.count("stage_task WHERE stage = 1 AND state = 'ready'")).isEqualTo(2);
    }

    @Test
    void refusesWhatCannotBePromotedAndChangesNothing() {
        ClaimedRun running = ledger.generating(3, 5, LedgerFixture.draftPlan());
        assertRefused(running, null, ErrorCode.CONFLICT, "has not ended");
        failLast(ledger.sentOne());
        ledger.finish(worker, ledger.sentOne());
        ledger.end(running);
        promote(running, List.of(0));
        runToItsEnd(running);
        long revision = ledger.runs.get(running.workloadId()).revision();

        assertRefused(running, List.of(1, 7, -1), ErrorCode.NOT_FOUND, "-1, 7 (items are numbered");
        assertRefused(running, List.of(0, 1, 2), ErrorCode.NO_DRAFT, "0 was promoted, 2 failed (only");
        assertRefused(running, List.of(), ErrorCode.NO_DRAFT, "no item is named");
        assertThatThrownBy(() -> ledger.generations.promote(running.workloadId(), new GenerationRequest(null, 2 + 2), ROOM))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining("next generation is 3, not 4");
        assertThatThrownBy(() -> ledger.generations.promote(UUID.randomUUID(), GenerationRequest.EVERYTHING, ROOM))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThat(ledger.runs.get(running.workloadId()).revision()).isEqualTo(revision);
        assertThat(ledger.items.count(running.workloadId())).isEqualTo(new ItemCounts(0, 2, 1, 0));
        assertThat(item(running, 1).result().draft()).isTrue();
    }

    @Test
    void refusesToPromoteWhenNoDraftIsLeft() {
        ClaimedRun run = drafted(1);
        promote(run, null);
        runToItsEnd(run);

        assertRefused(run, null, ErrorCode.NO_DRAFT, "no item has a draft");
    }

    @Test
    void refusesAWorkloadThatDoesNotStopAtDrafts() {
        ClaimedRun run = ledger.generating(1);
        ledger.finish(worker, ledger.sentOne());
        ledger.end(run);

        assertRefused(run, null, ErrorCode.NO_DRAFT, "every item of it goes to its full size");
    }

    @Test
    void refusesMoreThanTheStoreHasRoomFor() {
        ClaimedRun run = drafted(2);
        long bytes = 2 * (32 * 32 * 16 + 256 * 256 * 2);

        assertThatThrownBy(() -> ledger.generations.promote(run.workloadId(), GenerationRequest.EVERYTHING, bytes - 1))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXCEEDS_STORAGE));
        assertThat(ledger.generations.promote(run.workloadId(), GenerationRequest.EVERYTHING, bytes).promoted()).isEqualTo(2);
    }

    /** Both have read the run before either gets at its tasks. */
    private List<CompletableFuture<WorkloadRun>> atOnce(ClaimedRun run, GenerationRequest... requests) {
        ExecutorService senders = Executors.newFixedThreadPool(requests.length);
        try {
            List<CompletableFuture<WorkloadRun>> answers = ledger.transactions.run(() -> {
                ledger.jdbc.sql("SELECT id FROM stage_task ORDER BY id FOR UPDATE").query(Long.class).list();
                List<CompletableFuture<WorkloadRun>> sent = Arrays.stream(requests).map(request -> CompletableFuture.supplyAsync(
                        () -> ledger.generations.promote(run.workloadId(), request, ROOM), senders)).toList();
                await().until(() -> ledger.count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                        == requests.length);
                return sent;
            });
            await().until(() -> answers.stream().allMatch(CompletableFuture::isDone));
            return answers;
        } finally {
            senders.shutdownNow();
        }
    }

    private void assertRefused(ClaimedRun run, List<Integer> items, ErrorCode code, String reason) {
        assertThatThrownBy(() -> promote(run, items))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(reason);
    }

    private WorkloadRun promote(ClaimedRun run, List<Integer> items) {
        return ledger.generations.promote(run.workloadId(), new GenerationRequest(items, null), ROOM);
    }

    /** An ended run whose items all have drafts. */
    private ClaimedRun drafted(int items) {
        ClaimedRun run = ledger.generating(items, 5, LedgerFixture.draftPlan());
        ledger.finish(worker, ledger.sentOne());
        ledger.end(run);
        return run;
    }

    private void runToItsEnd(ClaimedRun run) {
        ClaimedRun again = ledger.conductAgain(run);
        ledger.sent().forEach(message -> ledger.finish(worker, message));
        ledger.sent().forEach(message -> ledger.finish(worker, message));
        ledger.end(again);
    }

    /** The last task of the message fails for good, the others succeed. */
    private void failLast(TaskMessage message) {
        TaskMessage.Task last = message.tasks().get(message.tasks().size() - 1);
        ledger.acceptance.accept(message.tasks().stream().map(task -> task == last
                ? worker.failed(message, task, ErrorCode.NON_FINITE) : worker.succeeded(message, task, 1)).toList());
    }

    private LedgerItem item(ClaimedRun run, int ordinal) {
        return ledger.items.page(run.workloadId(), ordinal, 1).get(0);
    }

    private String artifact(ClaimedRun run, int ordinal, int stage) {
        return ledger.jdbc.sql("""
                SELECT artifact_key FROM stage_task WHERE workload_id = :workload AND ordinal = :ordinal AND stage = :stage
                """)
                .param("workload", run.workloadId())
                .param("ordinal", ordinal)
                .param("stage", stage)
                .query(String.class)
                .single();
    }
}
