package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The coordinator's side of the topics: sends task messages and orders, reads what workers say. */
final class TestTopics implements AutoCloseable {

    private final Topics topics;
    private final Producer<String, byte[]> producer;
    private final Consumer<String, byte[]> reader;
    private final List<TaskEvent> events = new ArrayList<>();
    private final List<WorkerBeat> beats = new ArrayList<>();

    TestTopics(WorkerClients clients, String pool) {
        topics = clients.topics();
        clients.ensureTopics(pool);
        producer = clients.producer();
        reader = clients.reader();
        List<TopicPartition> partitions = Stream.of(topics.taskEvents(), topics.workers())
                .flatMap(topic -> reader.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition())).toList();
        reader.assign(partitions);
        reader.seekToEnd(partitions);
        partitions.forEach(reader::position);
    }

    void send(TaskMessage message) {
        send(new ProducerRecord<>(
                topics.tasks(message.pool()), String.valueOf(message.dispatchId()), MessageJson.write(message)));
    }

    void sendGarbage(String pool) {
        send(new ProducerRecord<>(topics.tasks(pool), "garbage", new byte[] {'{', 1}));
    }

    void order(String key, Control.@Nullable Order order) {
        byte[] value = order == null ? null : MessageJson.write(new Control(order, null, Instant.now(), null));
        send(new ProducerRecord<>(topics.control(), key, value));
    }

    List<TaskEvent> events(long dispatch) {
        read();
        return events.stream().filter(event -> event.dispatchId() == dispatch).toList();
    }

    List<WorkerBeat> beats(String worker) {
        read();
        return beats.stream().filter(beat -> beat.workerId().equals(worker)).toList();
    }

    @Override
    public void close() {
        producer.close();
        reader.close();
    }

    private void read() {
        for (ConsumerRecord<String, byte[]> message : reader.poll(Duration.ofMillis(200))) {
            if (CloudEvents.WORKER_BEAT.equals(CloudEvents.attribute(message.headers(), "ce_type"))) {
                beats.add(MessageJson.readBeat(message.value()));
            } else {
                events.add(MessageJson.readEvent(message.value()));
            }
        }
    }

    private void send(ProducerRecord<String, byte[]> message) {
        try {
            producer.send(message).get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
