package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dispatcher and the ledger's consumer on a real broker, by topics that nobody else uses. */
class DispatchOverKafkaTest {

    private static final Topics TOPICS = SharedInfrastructure.freshTopics();

    private static CoordinatorClients clients;

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();
    private final Consumer<String, byte[]> consumer = clients.consumer();

    @BeforeAll
    static void start() {
        Map<String, Object> address = Map.of("bootstrap.servers", SharedInfrastructure.bootstrapServers());
        clients = new CoordinatorClients(TOPICS, address, address, address);
        clients.topics().ensure(List.of("cpu"));
        clients.topics().ensure(List.of("cpu"));
    }

    @AfterAll
    static void stop() {
        clients.close();
    }

    @AfterEach
    void leave() {
        consumer.close();
    }

    @Test
    void carriesTwoWorkloadsFromTheLedgerToAWorkerAndBack() throws Exception {
        LedgerConsumer reader = reader(Failpoints.NONE);
        report(worker.beat());
        poll(reader, () -> ledger.count("worker") == 1);
        ClaimedRun one = ledger.generating(3);
        ClaimedRun other = ledger.generating(3);
        Dispatcher dispatcher = new Dispatcher(
                ledger.dispatches, TOPICS::tasks, clients, InstantSource.system(), Failpoints.NONE);

        // The first message is sent before the share group has a member: it must not be lost.
        for (int stage = 0; stage < 3; stage++) {
            ledger.tick(Duration.ofSeconds(1));
            assertThat(dispatcher.tick()).isEqualTo(1);
            TaskMessage message = take();
            assertThat(message.tasks()).hasSize(6);
            int current = stage;
            report(worker.beat(message));
            worker.succeeded(message).forEach(DispatchOverKafkaTest::report);
            poll(reader, () -> ledger.count("stage_task WHERE state = 'succeeded' AND stage = " + current) == 6);
        }

        assertThat(ledger.items.count(one.workloadId()).completed()).isEqualTo(3);
        assertThat(ledger.items.count(other.workloadId()).completed()).isEqualTo(3);
        poll(reader, () -> ledger.count("event_watermark WHERE caught_up_at > '-infinity'") == 9);
        assertThat(ledger.count("event_watermark")).as("8 partitions of events and 1 of beats").isEqualTo(9);
    }

    @Test
    void whatWasAppliedButNotCommittedIsReadAgainAndChangesNothing() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(4);
        TaskMessage message = ledger.sentOne();
        boolean[] fails = {true};
        LedgerConsumer reader = reader(effect -> {
            if (effect == Failpoints.Effect.EVENTS_APPLIED && fails[0]) {
                fails[0] = false;
                throw new CascadeException(ErrorCode.INTERNAL, "Cannot go on: the process dies here");
            }
        });
        worker.succeeded(message).forEach(DispatchOverKafkaTest::report);

        assertThatThrownBy(() -> poll(reader, () -> false)).hasStackTraceContaining("the process dies here");
        assertThat(ledger.count("stage_task WHERE state = 'succeeded'")).isPositive();
        poll(reader, () -> ledger.count("stage_task WHERE state = 'succeeded'") == 4);
        reader.poll();

        assertThat(ledger.count("stage_task WHERE stage = 1")).isEqualTo(4);
        assertThat(ledger.count("stage_count WHERE stage = 0 AND succeeded = 4")).isEqualTo(1);
    }

    @Test
    void aPoisonRecordLeavesThePartitionForTheDeadLetters() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(1);
        List<TaskEvent> events = worker.succeeded(ledger.sentOne());
        LedgerConsumer reader = reader(Failpoints.NONE);
        String key = events.get(0).workloadId().toString();

        send(new ProducerRecord<>(TOPICS.taskEvents(), key, "\u0000".getBytes(StandardCharsets.UTF_8)));
        report(events.get(0));
        poll(reader, () -> ledger.count("stage_task WHERE state = 'succeeded'") == 1);

        ConsumerRecord<String, byte[]> letter = deadLetter();
        assertThat(letter.key()).isEqualTo(key);
        assertThat(CloudEvents.attribute(letter.headers(), "dlt_topic")).isEqualTo(TOPICS.taskEvents());
        assertThat(CloudEvents.attribute(letter.headers(), "dlt_reason")).startsWith("Cannot read TaskEvent");
    }

    @Test
    void readsOnAfterItsLoopEndedAndWasStartedAgain() {
        ConsumerRounds rounds = new ConsumerRounds(clients.topics(), clients::consumer, connected -> reader(connected, Failpoints.NONE));
        rounds.round();
        rounds.end();
        report(worker.beat());

        await().atMost(Duration.ofSeconds(30)).pollInSameThread().pollDelay(Duration.ZERO).until(() -> {
            rounds.round();
            return ledger.count("worker") == 1;
        });

        rounds.end();
    }

    private LedgerConsumer reader(Failpoints failpoints) {
        return reader(consumer, failpoints);
    }

    private LedgerConsumer reader(Consumer<String, byte[]> consumer, Failpoints failpoints) {
        DeadLetters deadLetters = new DeadLetters(clients);
        return new LedgerConsumer(
                consumer, TOPICS, new TaskEventListener(ledger.acceptance, deadLetters),
                new BeatListener(ledger.beats, deadLetters), ledger.watermarks, failpoints);
    }

    private static void poll(LedgerConsumer reader, BooleanSupplier done) {
        await().atMost(Duration.ofSeconds(30)).pollInSameThread().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1)).until(() -> {
                    reader.poll();
                    return done.getAsBoolean();
                });
    }

    private static TaskMessage take() {
        Map<String, Object> settings = reading();
        settings.put("group.id", TOPICS.taskGroup("cpu"));
        settings.put("max.poll.records", 1);
        settings.put("share.acquire.mode", "record_limit");
        settings.put("share.acknowledgement.mode", "explicit");
        try (ShareConsumer<String, byte[]> share = new KafkaShareConsumer<>(settings)) {
            share.subscribe(List.of(TOPICS.tasks("cpu")));
            ConsumerRecords<String, byte[]> records = await().atMost(Duration.ofSeconds(30)).pollInSameThread()
                    .until(() -> share.poll(Duration.ofMillis(200)), polled -> !polled.isEmpty());
            ConsumerRecord<String, byte[]> message = records.iterator().next();
            share.acknowledge(message, AcknowledgeType.ACCEPT);
            assertThat(share.commitSync().values()).allMatch(Optional::isEmpty);
            return MessageJson.readTask(message.value());
        }
    }

    private static ConsumerRecord<String, byte[]> deadLetter() {
        try (KafkaConsumer<String, byte[]> letters = new KafkaConsumer<>(reading())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(Topics.deadLetters(TOPICS.taskEvents()), 0));
            letters.assign(partitions);
            letters.seekToBeginning(partitions);
            return await().atMost(Duration.ofSeconds(20)).pollInSameThread()
                    .until(() -> letters.poll(Duration.ofMillis(200)), polled -> !polled.isEmpty()).iterator().next();
        }
    }

    private static Map<String, Object> reading() {
        return new HashMap<>(Map.of(
                "bootstrap.servers", SharedInfrastructure.bootstrapServers(), "key.deserializer", StringDeserializer.class,
                "value.deserializer", ByteArrayDeserializer.class));
    }

    private static void report(TaskEvent event) {
        send(CloudEvents.record(TOPICS.taskEvents(), event));
    }

    private static void report(WorkerBeat beat) {
        send(CloudEvents.record(TOPICS.workers(), beat.workerId(), CloudEvents.WORKER_BEAT, "worker/" + beat.workerId(),
                beat.bootId() + "/" + beat.seq(), Instant.EPOCH, MessageJson.write(beat)));
    }

    private static void send(ProducerRecord<String, byte[]> message) {
        clients.send(message).join();
    }
}
