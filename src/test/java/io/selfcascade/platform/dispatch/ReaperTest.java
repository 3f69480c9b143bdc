package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReaperTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void aLeaseEndsOnlyAgainstWhatHasBeenApplied() {
        ledger.generating(8);
        TaskMessage message = ledger.sentOne();
        ledger.beats.apply(List.of(worker.beat(message)));
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).as("early").isZero();

        ledger.tick(Duration.ofMinutes(10));
        assertThat(ledger.reaper.reap()).as("late, but its beats may still be in the topic").isZero();
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).as("late, and nothing is in the topic").isEqualTo(8);
    }

    @Test
    void nothingEndsWhileAPartitionHasNeverBeenReadToItsEnd() {
        ledger.generating(1);
        ledger.sentOne();
        ledger.tick(Duration.ofHours(1));
        ledger.caughtUp();
        ledger.watermarks.expect(List.of(new TopicPartition(Topics.DEFAULT.taskEvents(), 3)));

        assertThat(ledger.reaper.reap()).isZero();
    }

    @Test
    void leasesEndAlthoughTheTopicsHadOtherNamesBefore() {
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();
        ledger.beats.apply(List.of(worker.beat(message)));
        ledger.watermarks.expect(List.of(new TopicPartition(new Topics("former").workers(), 0)));
        ledger.tick(Duration.ofHours(1));
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).isZero();

        ledger.watermarks.forgetAllBut(List.of(Topics.DEFAULT.taskEvents(), Topics.DEFAULT.workers()));

        assertThat(ledger.reaper.reap()).isEqualTo(1);
    }

    @Test
    void ofEightTasksOnlyTheFiveUnfinishedGoBackWhenTheWorkerDies() {
        ClaimedRun run = ledger.generating(8);
        TaskMessage message = ledger.sentOne();
        ledger.beats.apply(List.of(worker.beat(message)));
        ledger.acceptance.accept(worker.succeeded(message).subList(0, 3));

        ledger.tick(Duration.ofSeconds(31));
        ledger.caughtUp();

        assertThat(ledger.reaper.reap()).isEqualTo(5);
        assertThat(ledger.count("stage_task WHERE stage = 0 AND state = 'ready' AND attempt = 1 AND worker_losses = 1"))
                .isEqualTo(5);
        assertThat(ledger.count("stage_task WHERE stage = 1 AND state = 'ready'")).isEqualTo(3);
        assertThat(ledger.count("worker WHERE state = 'lost'")).isEqualTo(1);
        assertThat(ledger.items.readyTasks(run.workloadId())).isEqualTo(8);
    }

    @Test
    void aLateResultStillCountsUntilTheTaskIsSentAgain() {
        ledger.generating(2);
        TaskMessage first = ledger.sentOne();
        ledger.beats.apply(List.of(worker.beat(first)));
        ledger.tick(Duration.ofSeconds(31));
        ledger.caughtUp();
        ledger.reaper.reap();

        assertThat(ledger.acceptance.accept(worker.succeeded(first).subList(0, 1))).isEqualTo(1);
        ledger.tick(Duration.ofSeconds(10));
        ledger.beats.apply(List.of(worker.beat()));
        assertThat(ledger.sent()).hasSize(2);
        assertThat(ledger.acceptance.accept(worker.succeeded(first).subList(1, 2))).as("sent again").isZero();
    }

    @Test
    void whatWasNeverBegunCostsNoAttempt() {
        ledger.generating(1);
        ledger.tick(Duration.ofSeconds(1));
        TaskMessage unsent = ledger.dispatches.pick("cpu").get(0);
        ledger.tick(Duration.ofSeconds(31));
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).as("sending").isEqualTo(1);

        ledger.beats.apply(List.of(worker.beat()));
        TaskMessage waiting = ledger.sentOne();
        assertThat(waiting.dispatchId()).isGreaterThan(unsent.dispatchId());
        ledger.tick(Duration.ofMinutes(15));
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).as("within the clock's error").isZero();
        ledger.tick(Duration.ofSeconds(61));
        ledger.caughtUp();

        assertThat(ledger.reaper.reap()).as("waiting").isEqualTo(1);
        assertThat(ledger.count("stage_task WHERE state = 'ready' AND attempt = 0 AND worker_losses = 0")).isEqualTo(1);
    }

    @Test
    void beatsKeepADispatchAlive() {
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();
        for (int n = 0; n < 10; n++) {
            ledger.beats.apply(List.of(worker.beat(message)));
            ledger.tick(Duration.ofSeconds(20));
            ledger.caughtUp();
            assertThat(ledger.reaper.reap()).isZero();
        }
    }

    @Test
    void aWorkerThatStartsAnewLosesWhatItsFormerSelfRanAtOnce() {
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();
        ledger.beats.apply(List.of(worker.beat(message)));
        WorkerBeat echo = worker.beat(message);
        worker.restart();

        ledger.beats.apply(List.of(worker.beat()));
        ledger.beats.apply(List.of(echo));
        ledger.tick(Duration.ofMillis(1));
        ledger.caughtUp();

        assertThat(ledger.reaper.reap()).isEqualTo(1);
        assertThat(ledger.count("task_dispatch WHERE closed_by = 'boot'")).isEqualTo(1);
    }

    @Test
    void aWorkerThatSaysGoodbyeTakesNoMore() {
        ledger.generating(1);

        ledger.beats.apply(List.of(worker.beat(WorkerBeat.State.GONE)));

        assertThat(ledger.sent()).isEmpty();
        assertThat(ledger.count("worker WHERE state = 'gone'")).isEqualTo(1);
    }

    @Test
    void anOlderBeatOfABootIsIgnored() {
        WorkerBeat older = worker.beat(WorkerBeat.State.UP);
        ledger.beats.apply(List.of(worker.beat(WorkerBeat.State.DRAINING)));

        ledger.beats.apply(List.of(older));

        assertThat(ledger.count("worker WHERE state = 'draining'")).isEqualTo(1);
    }

    @Test
    void aTaskThatKillsItsWorkersDiesAtTheThirdAloneAndItsCompanionsLive() {
        ClaimedRun run = ledger.generating(2);
        for (int loss = 1; loss <= 3; loss++) {
            TaskMessage deadly = ledger.sent().get(0);
            assertThat(deadly.tasks()).hasSize(loss < 3 ? 2 : 1);
            ledger.beats.apply(List.of(worker.beat(deadly)));
            ledger.tick(Duration.ofMinutes(1));
            ledger.caughtUp();
            ledger.reaper.reap();
            ledger.tick(Duration.ofMinutes(1));
            worker.restart();
            ledger.beats.apply(List.of(worker.beat()));
        }

        LedgerItem dead = ledger.items.page(run.workloadId(), 0, 1).get(0);
        assertThat(dead.error()).isNotNull().satisfies(error -> assertThat(error.code()).isEqualTo("worker_lost"));
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(1, 0, 1, 0));
    }
}
