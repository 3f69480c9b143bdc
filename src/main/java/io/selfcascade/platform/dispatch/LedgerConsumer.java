package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.Topics;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what workers report: events first, then beats, each poll in few transactions, the offsets after them.
 *
 * <p>A loop of our own instead of a listener container, because the watermark must be taken between two polls: the
 * ledger's time before the end of the topic is asked for, or a process that slept in between would end the leases of
 * workers whose beats it has not read.
 */
final class LedgerConsumer {

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration WATERMARK = Duration.ofSeconds(1);

    private final Consumer<String, byte[]> consumer;
    private final Topics topics;
    private final TaskEventListener events;
    private final BeatListener beats;
    private final Watermarks watermarks;
    private final Failpoints failpoints;
    private long watermarkedAt = System.nanoTime() - WATERMARK.toNanos();
    private boolean expecting;

    /** @param consumer of the ledger's group, subscribed here; used by the calling thread alone */
    LedgerConsumer(
            Consumer<String, byte[]> consumer,
            Topics topics,
            TaskEventListener events,
            BeatListener beats,
            Watermarks watermarks,
            Failpoints failpoints) {
        this.consumer = consumer;
        this.topics = topics;
        this.events = events;
        this.beats = beats;
        this.watermarks = watermarks;
        this.failpoints = failpoints;
        consumer.subscribe(topicNames());
    }

    /**
     * Reads and applies once. If it throws, what was read has not been committed and is read again.
     *
     * @return number of records read
     */
    int poll() {
        expectAllPartitions();
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
            try {
                apply(records);
            } catch (RuntimeException e) {
                rewind(records);
                throw e;
            }
        }
        takeWatermark();
        return records.count();
    }

    private void apply(ConsumerRecords<String, byte[]> records) {
        failpoints.reached(Failpoints.Effect.EVENTS_RECEIVED);
        events.apply(list(records, topics.taskEvents()));
        beats.apply(list(records, topics.workers()));
        failpoints.reached(Failpoints.Effect.EVENTS_APPLIED);
        Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<String, byte[]>> part = records.records(partition);
            read.put(partition, new OffsetAndMetadata(part.get(part.size() - 1).offset() + 1));
        }
        consumer.commitSync(read);
        failpoints.reached(Failpoints.Effect.OFFSETS_COMMITTED);
    }

    private void rewind(ConsumerRecords<String, byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            if (consumer.assignment().contains(partition)) {
                consumer.seek(partition, records.records(partition).get(0).offset());
            }
        }
    }

    private void expectAllPartitions() {
        if (!expecting) {
            List<TopicPartition> all = new ArrayList<>();
            for (String topic : topicNames()) {
                consumer.partitionsFor(topic).forEach(info -> all.add(new TopicPartition(topic, info.partition())));
            }
            watermarks.forgetAllBut(topicNames());
            watermarks.expect(all);
            expecting = true;
        }
    }

    private void takeWatermark() {
        if (consumer.assignment().isEmpty() || System.nanoTime() - watermarkedAt < WATERMARK.toNanos()) {
            return;
        }
        // The order of these two lines is the point: see the class comment.
        OffsetDateTime time = watermarks.now();
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        watermarks.caughtUp(ends.keySet().stream()
                .filter(partition -> consumer.position(partition) >= ends.get(partition)).toList(), time);
        watermarkedAt = System.nanoTime();
    }

    private List<String> topicNames() {
        return List.of(topics.taskEvents(), topics.workers());
    }

    private static List<ConsumerRecord<String, byte[]>> list(ConsumerRecords<String, byte[]> records, String topic) {
        List<ConsumerRecord<String, byte[]>> list = new ArrayList<>();
        records.records(topic).forEach(list::add);
        return list;
    }
}
