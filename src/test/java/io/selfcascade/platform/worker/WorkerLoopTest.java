package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The hand-off between Kafka and a worker, with a real broker and workers that really die. */
class WorkerLoopTest {

    private static final AtomicLong DISPATCHES = new AtomicLong(System.nanoTime() >>> 12);
    private static final Topics NAMES = SharedInfrastructure.freshTopics();

    private final String broker = SharedInfrastructure.bootstrapServers();
    private final String pool = "loop-" + UUID.randomUUID().toString().substring(0, 8);
    private final TestTopics topics = new TestTopics(TestWorker.clients(NAMES, broker), pool);

    @BeforeEach
    void givesALoadedMachineTime() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @AfterEach
    void closeTopics() {
        topics.close();
        Awaitility.reset();
    }

    @Test
    void reportsWhatItRanAndAnnouncesItBefore() {
        CountDownLatch release = new CountDownLatch(1);
        TaskMessage message = Messages.ofOne(next(), pool);

        try (TestWorker worker = worker("w-announce", run -> awaitLatch(release))) {
            topics.send(message);
            await().until(() -> !worker.ran.isEmpty());

            assertThat(topics.beats("w-announce")).anySatisfy(beat -> {
                assertThat(beat.bootId()).isEqualTo(worker.boots.get(0));
                assertThat(beat.running()).containsExactly(new WorkerBeat.Running(message.dispatchId(), 0, 0));
            });
            assertThat(topics.events(message.dispatchId())).isEmpty();
            release.countDown();
            await().until(() -> !topics.events(message.dispatchId()).isEmpty());
        }

        assertThat(topics.events(message.dispatchId())).singleElement().isInstanceOf(TaskSucceeded.class);
        List<WorkerBeat> beats = topics.beats("w-announce");
        assertThat(beats).extracting(WorkerBeat::seq).isSorted().doesNotHaveDuplicates();
        assertThat(beats.get(beats.size() - 1).state()).isEqualTo(WorkerBeat.State.GONE);
        assertThat(beats.get(beats.size() - 1).running()).isEmpty();
    }

    @Test
    void isRedeliveredWhenAWorkerDiesBeforeItAcknowledges() throws Exception {
        TaskMessage message = Messages.ofOne(next(), pool);
        topics.send(message);

        assertThat(killWorker("before")).isEqualTo(137);

        try (TestWorker survivor = worker("survivor", run -> {})) {
            await().until(() -> survivor.ran.contains(message.dispatchId()));
        }
    }

    @Test
    void isNotRedeliveredWhenAWorkerDiesAfterwards() throws Exception {
        TaskMessage lost = Messages.ofOne(next(), pool);
        topics.send(lost);

        assertThat(killWorker("after")).isEqualTo(137);

        TaskMessage later = Messages.ofOne(next(), pool);
        topics.send(later);
        try (TestWorker survivor = worker("survivor", run -> {})) {
            await().until(() -> survivor.ran.contains(later.dispatchId()));
            await().during(Duration.ofSeconds(2)).until(() -> survivor.ran.size() == 1);
        }
    }

    @Test
    void endsItsProcessWhenTheVirtualMachineIsBroken() throws Exception {
        TaskMessage message = Messages.ofOne(next(), pool);
        topics.send(message);

        assertThat(killWorker("broken")).isEqualTo(ProcessExit.BROKEN_JVM);

        assertThat(topics.events(message.dispatchId())).isEmpty();
    }

    @Test
    void leavesTheNextMessageToAnIdleWorker() {
        CountDownLatch release = new CountDownLatch(1);
        TaskMessage first = Messages.ofOne(next(), pool);
        TaskMessage second = Messages.ofOne(next(), pool);

        try (TestWorker busy = worker("busy", run -> awaitLatch(release))) {
            topics.send(first);
            await().until(() -> busy.ran.contains(first.dispatchId()));
            topics.send(second);
            try (TestWorker idle = worker("idle", run -> {})) {
                await().until(() -> idle.ran.contains(second.dispatchId()));
            }
            release.countDown();
            assertThat(busy.ran).containsExactly(first.dispatchId());
        }
    }

    @Test
    void ownsAMessageSoonAlsoWhenItComesBetweenTwoPolls() {
        TestWorker.clients(NAMES, broker).ensureTopics(pool);
        long[] millis = new long[40];

        try (ShareConsumer<String, byte[]> consumer = TestWorker.clients(NAMES, broker).shareConsumer(pool)) {
            consumer.subscribe(List.of(NAMES.tasks(pool)));
            for (int n = 0; n < millis.length; n++) {
                topics.send(Messages.ofOne(next(), pool));
                acceptAfterManyPolls(consumer);
                long start = System.nanoTime();
                assertThat(consumer.commitSync().values()).hasSize(1).allMatch(Optional::isEmpty);
                millis[n] = (System.nanoTime() - start) / 1_000_000;
            }
        }

        Arrays.sort(millis);
        assertThat(millis[millis.length - 4]).as("of %s ms", Arrays.toString(millis)).isLessThan(300);
    }

    @Test
    void declinesWhatIsExpiredOrCancelledAndSkipsGarbage() {
        UUID cancelled = UUID.randomUUID();
        TaskMessage old = expired(next());
        TaskMessage unwanted = Messages.of(next(), pool, List.of(Messages.task(1, cancelled, 0)));
        TaskMessage good = Messages.ofOne(next(), pool);
        topics.order("workload/" + cancelled, Control.Order.CANCEL);
        topics.send(old);
        topics.send(unwanted);
        topics.sendGarbage(pool);
        topics.send(good);

        try (TestWorker worker = worker("w-decline", run -> {})) {
            await().until(() -> !topics.events(good.dispatchId()).isEmpty());

            assertThat(worker.ran).containsExactly(good.dispatchId());
        }
        assertThat(reason(old)).isEqualTo(TaskDeclined.Reason.EXPIRED);
        assertThat(reason(unwanted)).isEqualTo(TaskDeclined.Reason.CANCELLED);
    }

    @Test
    void takesNothingWhileItDrainsAndResumes() {
        TaskMessage message = Messages.ofOne(next(), pool);
        topics.order("worker/w-drain", Control.Order.DRAIN);

        try (TestWorker worker = worker("w-drain", run -> {})) {
            await().until(() -> topics.beats("w-drain").stream().anyMatch(b -> b.state() == WorkerBeat.State.DRAINING));
            topics.send(message);
            await().during(Duration.ofSeconds(1)).until(worker.ran::isEmpty);

            topics.order("worker/w-drain", Control.Order.RESUME);
            await().until(() -> worker.ran.contains(message.dispatchId()));
        }
    }

    @Test
    void givesUnfinishedTasksBackWhenItMustStop() {
        TaskMessage message = Messages.ofOne(next(), pool);

        try (TestWorker worker = worker("w-stop", WorkerLoopTest::stepUntilStopped)) {
            topics.send(message);
            await().until(() -> !worker.ran.isEmpty());
        }

        await().until(() -> !topics.events(message.dispatchId()).isEmpty());
        assertThat(reason(message)).isEqualTo(TaskDeclined.Reason.DRAINING);
    }

    @Test
    void isAnotherBootWhenItIsStartedAgainInTheSameProcess() {
        TaskMessage message = Messages.ofOne(next(), pool);

        try (TestWorker worker = worker("w-again", run -> {})) {
            worker.restart();
            topics.send(message);
            await().until(() -> !topics.events(message.dispatchId()).isEmpty());

            assertThat(worker.boots).hasSize(2).doesNotHaveDuplicates();
            assertThat(topics.events(message.dispatchId())).singleElement().satisfies(
                    event -> assertThat(event.bootId()).isEqualTo(worker.boots.get(1)));
            assertThat(topics.beats("w-again")).extracting(WorkerBeat::bootId).containsSubsequence(worker.boots);
            assertThat(topics.beats("w-again")).filteredOn(beat -> beat.bootId().equals(worker.boots.get(1)))
                    .extracting(WorkerBeat::seq).startsWith(1L).isSorted();
        }
    }

    @Test
    void endsARunThatTakesTooLong() {
        TaskMessage usual = Messages.ofOne(next(), pool);
        TaskMessage brief = new TaskMessage(usual.dispatchId(), pool, usual.expiresAt(), 30, 5, 1, usual.model(),
                usual.stage(), usual.tasks());

        try (TestWorker worker = worker("w-limit", WorkerLoopTest::stepUntilStopped)) {
            topics.send(brief);
            await().until(() -> !topics.events(brief.dispatchId()).isEmpty());

            assertThat(worker.ran).hasSize(1);
        }
        assertThat(topics.events(brief.dispatchId())).singleElement().isInstanceOfSatisfying(TaskFailed.class,
                failed -> assertThat(failed.error().code()).isEqualTo("run_limit_exceeded"));
    }

    private TestWorker worker(String id, Consumer<Run> meanwhile) {
        return new TestWorker(NAMES, broker, id, pool, meanwhile);
    }

    private static long next() {
        return DISPATCHES.incrementAndGet();
    }

    private TaskMessage expired(long dispatch) {
        TaskMessage fresh = Messages.ofOne(dispatch, pool);
        return new TaskMessage(dispatch, pool, Instant.now().minusSeconds(61), 30, 5, 900, fresh.model(), fresh.stage(),
                fresh.tasks());
    }

    private TaskDeclined.Reason reason(TaskMessage message) {
        List<TaskEvent> events = topics.events(message.dispatchId());
        assertThat(events).singleElement().isInstanceOf(TaskDeclined.class);
        return ((TaskDeclined) events.get(0)).reason();
    }

    private int killWorker(String moment) throws IOException, InterruptedException {
        Process victim = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx128m",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), TestWorker.class.getName(),
                NAMES.prefix(), broker, pool, moment)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return victim.waitFor();
    }

    private static void acceptAfterManyPolls(ShareConsumer<String, byte[]> consumer) {
        int taken = 0;
        while (taken == 0) {
            for (ConsumerRecord<String, byte[]> handOff : consumer.poll(Duration.ofMillis(1))) {
                consumer.acknowledge(handOff, AcknowledgeType.ACCEPT);
                taken++;
            }
        }
    }

    private static void stepUntilStopped(Run run) {
        while (true) {
            run.step(1, 50, run.message().tasks());
            Pause.of(Duration.ofMillis(20));
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
