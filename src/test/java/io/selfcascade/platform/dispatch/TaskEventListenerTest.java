package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskEventListenerTest {

    private static final String TOPIC = Topics.DEFAULT.taskEvents();

    private final LedgerFixture ledger = new LedgerFixture();
    private final SentMessages broker = new SentMessages();
    private final TaskEventListener listener = new TaskEventListener(ledger.acceptance, new DeadLetters(broker));
    private final TestWorker worker = TestWorker.cpu();

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void aPoisonRecordBecomesADeadLetterAndItsNeighboursCount() {
        ledger.generating(2);
        List<TaskEvent> events = worker.succeeded(ledger.sentOne());

        listener.apply(List.of(
                record(0, CloudEvents.record(TOPIC, events.get(0))),
                record(1, new ProducerRecord<>(TOPIC, "k", "{ nonsense".getBytes(StandardCharsets.UTF_8))),
                record(2, new ProducerRecord<>(TOPIC, "k", null)),
                record(3, CloudEvents.record(TOPIC, events.get(1)))));

        assertThat(ledger.count("stage_task WHERE state = 'succeeded'")).isEqualTo(2);
        assertThat(broker.messages).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.topic()).isEqualTo("selfcascade.task-events.v1-dlt");
            assertThat(CloudEvents.attribute(letter.headers(), "dlt_reason")).startsWith("Cannot read TaskEvent");
        });
        assertThat(CloudEvents.attribute(broker.messages.get(0).headers(), "dlt_offset")).isEqualTo("1");
    }

    @Test
    void anUnknownTypeIsADeadLetter() {
        ledger.generating(1);
        ProducerRecord<String, byte[]> event = CloudEvents.record(TOPIC, worker.succeeded(ledger.sentOne()).get(0));
        event.headers().remove("ce_type").add("ce_type", "io.selfcascade.task.exploded".getBytes(StandardCharsets.UTF_8));

        listener.apply(List.of(record(0, event)));

        assertThat(broker.messages).hasSize(1);
        assertThat(ledger.count("stage_task WHERE state = 'dispatched'")).isEqualTo(1);
    }

    @Test
    void anArtifactOutsideItsPlaceIsRefused() {
        ledger.generating(1);
        TaskMessage message = ledger.sentOne();
        TaskMessage.Task task = message.tasks().get(0);
        TaskMessage.Task elsewhere = new TaskMessage.Task(task.taskId(), task.workloadId(), task.ordinal(), 1, "1", "", "",
                null, "another/0/0/0.1.", null);

        listener.apply(List.of(record(0, CloudEvents.record(TOPIC, worker.succeeded(message, elsewhere, 1)))));

        assertThat(broker.messages).hasSize(1);
        assertThat(ledger.count("stage_task WHERE state = 'dispatched'")).isEqualTo(1);
    }

    @Test
    void aPreviewOutsideItsPlaceIsRefused() {
        ledger.generating(1);
        TaskSucceeded good = (TaskSucceeded) worker.succeeded(ledger.sentOne()).get(0);
        TaskSucceeded.Artifact elsewhere = new TaskSucceeded.Artifact(
                "another/0/0/0.1.preview.0a1b2c3d.png", "image/png", good.artifact().sha256(), 1, 1, 1, 1);

        listener.apply(List.of(record(0, CloudEvents.record(TOPIC, TestWorker.withPreview(good, elsewhere)))));

        assertThat(broker.messages).hasSize(1);
        assertThat(ledger.count("stage_task WHERE state = 'dispatched'")).isEqualTo(1);
    }

    @Test
    void anEventTheDatabaseCannotHoldIsADeadLetterAlone() {
        ledger.generating(2);
        TaskMessage message = ledger.sentOne();
        TaskSucceeded good = (TaskSucceeded) worker.succeeded(message).get(0);
        TaskSucceeded other = (TaskSucceeded) worker.succeeded(message).get(1);
        TaskSucceeded.Artifact artifact = other.artifact();
        TaskSucceeded bad = new TaskSucceeded(other.taskId(), other.dispatchId(), other.workloadId(), other.ordinal(),
                other.stage(), other.workerId(), other.bootId(), other.at(), new TaskSucceeded.Artifact(
                        artifact.key() + "\u0000", artifact.mediaType(), artifact.sha256(), 1, 1, 1, 1), null, 1, other.timingsMs());

        listener.apply(List.of(record(0, CloudEvents.record(TOPIC, bad)), record(1, CloudEvents.record(TOPIC, good))));

        assertThat(ledger.count("stage_task WHERE state = 'succeeded'")).isEqualTo(1);
        assertThat(broker.messages).hasSize(1);
    }

    @Test
    void nothingIsSkippedWhileTheBrokerTakesNoDeadLetters() {
        broker.refuses = true;

        assertThatThrownBy(() -> listener.apply(List.of(
                record(0, new ProducerRecord<>(TOPIC, "k", new byte[] {1})))))
                .isInstanceOf(CascadeException.class);
    }

    private static ConsumerRecord<String, byte[]> record(long offset, ProducerRecord<String, byte[]> sent) {
        ConsumerRecord<String, byte[]> received =
                new ConsumerRecord<>(TOPIC, 0, offset, sent.key(), sent.value());
        sent.headers().forEach(received.headers()::add);
        return received;
    }
}
