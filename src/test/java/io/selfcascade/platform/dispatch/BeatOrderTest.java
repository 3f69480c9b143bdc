package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which beats are news, whichever coordinator reads them. */
class BeatOrderTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();

    @Test
    void doesNotWaitForTheDispatcherThatHasItsPool() {
        ledger.beats.apply(List.of(worker.beat()));

        new TransactionTemplate(new JdbcTransactionManager(ledger.database.dataSource())).executeWithoutResult(status -> {
            ledger.jdbc.sql("UPDATE pool SET virtual_clock = virtual_clock + 1 WHERE name = 'cpu'").update();
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> ledger.beats.apply(List.of(worker.beat())));
            assertThat(other).succeedsWithin(Duration.ofSeconds(10));
        });
    }

    @Test
    void aLateBeatOfAFormerBootChangesNothingForACoordinatorThatStartedAnew() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();
        ledger.beats.apply(List.of(worker.beat(message)));
        WorkerBeat late = worker.beat(WorkerBeat.State.DRAINING, message);
        worker.restart();
        ledger.beats.apply(List.of(worker.beat()));
        List<Map<String, Object>> before = everythingBeatsTouch();
        ledger.tick(Duration.ofSeconds(1));

        ledger.anotherCoordinatorsBeats().apply(List.of(late));

        assertThat(everythingBeatsTouch()).isEqualTo(before);
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).isEqualTo(1);
        assertThat(ledger.count("task_dispatch WHERE closed_by = 'boot'")).isEqualTo(1);
    }

    @Test
    void anOlderBeatOfABootChangesNothingForAnyCoordinator() {
        WorkerBeat older = worker.beat(WorkerBeat.State.DRAINING);
        WorkerBeat newer = worker.beat();
        ledger.beats.apply(List.of(newer));
        List<Map<String, Object>> before = everythingBeatsTouch();
        ledger.tick(Duration.ofSeconds(1));

        ledger.anotherCoordinatorsBeats().apply(List.of(older, newer));

        assertThat(everythingBeatsTouch()).isEqualTo(before);
    }

    @Test
    void ofOneBatchTheGreatestNumberOfABootCounts() {
        WorkerBeat older = worker.beat(WorkerBeat.State.DRAINING);
        WorkerBeat newer = worker.beat();

        ledger.beats.apply(List.of(newer, older));

        assertThat(state("cpu-1")).isEqualTo("up");
    }

    @Test
    void judgesTheWorkersOfABatchEachByItsOwnBoots() {
        TestWorker other = new TestWorker("cpu-2", "cpu", 2);
        WorkerBeat former = worker.beat();
        ledger.beats.apply(List.of(former, other.beat()));
        WorkerBeat late = worker.beat(WorkerBeat.State.DRAINING);
        worker.restart();
        WorkerBeat draining = other.beat(WorkerBeat.State.DRAINING);

        ledger.beats.apply(List.of(worker.beat(), late, draining));

        assertThat(state("cpu-1")).isEqualTo("up");
        assertThat(boot("cpu-1")).isEqualTo(worker.boot);
        assertThat(state("cpu-2")).isEqualTo("draining");
    }

    @Test
    void aFormerBootThatSpeaksWhileItsSuccessorIsSilentIsTheLastAgain() {
        TestWorker gone = TestWorker.cpu();
        ledger.beats.apply(List.of(worker.beat()));
        ledger.beats.apply(List.of(gone.beat()));
        ledger.beats.apply(List.of(worker.beat()));
        assertThat(ledger.count("worker WHERE boot_id = '" + gone.boot + "'")).as("its only beat came late").isEqualTo(1);
        ledger.tick(Duration.ofSeconds(31));
        ledger.beats.apply(List.of(worker.beat()));
        assertThat(ledger.count("worker WHERE boot_id = '" + gone.boot + "'")).as("its beats may lie unread").isEqualTo(1);
        ledger.caughtUp();

        ledger.beats.apply(List.of(worker.beat()));

        assertThat(ledger.count("worker WHERE boot_id = '" + worker.boot + "'")).isEqualTo(1);
        ledger.beats.apply(List.of(gone.beat()));
        assertThat(ledger.count("worker WHERE boot_id = '" + worker.boot + "'")).as("now the other is a former one").isEqualTo(1);
    }

    @Test
    void aBootBelongsToItsWorkerAlone() {
        TestWorker twin = new TestWorker("cpu-2", "cpu", 1);
        twin.boot = worker.boot;

        ledger.beats.apply(List.of(worker.beat(), twin.beat()));

        assertThat(ledger.count("worker WHERE state = 'up'")).isEqualTo(2);
    }

    @Test
    void whatAFormerBootAnnouncedInTheBatchOfItsSuccessorEndsAtOnce() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();
        WorkerBeat lastWords = worker.beat(message);
        worker.restart();

        ledger.beats.apply(List.of(lastWords, worker.beat()));

        ledger.tick(Duration.ofMillis(1));
        ledger.caughtUp();
        assertThat(ledger.reaper.reap()).as("not after the 16 minutes of a message nobody took").isEqualTo(1);
        assertThat(boot("cpu-1")).isEqualTo(worker.boot);
    }

    @Test
    void aBatchThatWasRolledBackIsStillNews() {
        WorkerBeat beat = worker.beat();
        new TransactionTemplate(new JdbcTransactionManager(ledger.database.dataSource())).executeWithoutResult(status -> {
            ledger.beats.apply(List.of(beat));
            status.setRollbackOnly();
        });
        assertThat(ledger.count("worker")).isZero();

        ledger.beats.apply(List.of(beat));

        assertThat(ledger.count("worker")).isEqualTo(1);
    }

    @Test
    void ofTwoCoordinatorsThatReadTheSameBeatsTheSlowerChangesNothing() {
        List<WorkerBeat> lives = new ArrayList<>();
        for (int life = 0; life < 20; life++) {
            worker.restart();
            lives.add(worker.beat());
            lives.add(worker.beat());
        }
        CompletableFuture<Void> other = CompletableFuture.runAsync(() ->
                lives.forEach(beat -> ledger.anotherCoordinatorsBeats().apply(List.of(beat))));

        lives.forEach(beat -> ledger.beats.apply(List.of(beat)));
        other.join();

        assertThat(boot("cpu-1")).isEqualTo(worker.boot);
        assertThat(ledger.count("worker_boot WHERE seq = 2")).isEqualTo(20);
    }

    @Test
    void aFormerBootIsRememberedUntilItHasBeenSilentForADay() {
        WorkerBeat former = worker.beat();
        ledger.beats.apply(List.of(former));
        TestWorker zombie = new TestWorker("cpu-1", "cpu", 1);
        zombie.boot = former.bootId();
        zombie.beat();
        worker.restart();
        ledger.beats.apply(List.of(worker.beat()));
        LedgerCleanup cleanup = new LedgerCleanup(ledger.jdbc, ledger.transactions, ledger.properties);

        ledger.tick(Duration.ofHours(20));
        ledger.beats.apply(List.of(zombie.beat(), worker.beat()));
        ledger.tick(Duration.ofHours(20));
        ledger.caughtUp();
        assertThat(cleanup.clean()).as("spoke, though nobody listened").isZero();
        ledger.tick(Duration.ofHours(5));
        assertThat(cleanup.clean()).as("what it said since has not been read").isZero();
        ledger.caughtUp();

        assertThat(cleanup.clean()).isEqualTo(2);
        assertThat(ledger.count("worker_boot")).isZero();
    }

    @Test
    void aBeatWithoutANumberIsADeadLetter() {
        SentMessages broker = new SentMessages();
        WorkerBeat beat = worker.beat();
        WorkerBeat unnumbered = new WorkerBeat(beat.workerId(), beat.bootId(), 0, beat.pool(), beat.slots(), beat.state(),
                beat.device(), beat.models(), beat.running());

        new BeatListener(ledger.beats, new DeadLetters(broker)).apply(List.of(
                new ConsumerRecord<>(Topics.DEFAULT.workers(), 0, 7, "cpu-1", MessageJson.write(unnumbered))));

        assertThat(broker.messages).singleElement().satisfies(letter ->
                assertThat(letter.topic()).isEqualTo(Topics.deadLetters(Topics.DEFAULT.workers())));
        assertThat(ledger.count("worker")).isZero();
    }

    private List<Map<String, Object>> everythingBeatsTouch() {
        return ledger.jdbc.sql("""
                SELECT k.id, k.boot_id, k.state, k.last_seen, d.id AS dispatch, d.state AS dispatch_state, d.boot_id AS runs_in,
                       d.lease_until
                  FROM worker k LEFT JOIN task_dispatch d ON true
                """).query().listOfRows();
    }

    private String state(String id) {
        return ledger.jdbc.sql("SELECT state FROM worker WHERE id = ?").param(id).query(String.class).single();
    }

    private UUID boot(String id) {
        return ledger.jdbc.sql("SELECT boot_id FROM worker WHERE id = ?").param(id).query(UUID.class).single();
    }
}
