package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The records of a topic from where the last run ended to the ends that were there when this began, one line of JSON each. Ends
 * early where a workload may have no more; the rest is the next run's.
 */
final class TopicSlice implements Enumeration<InputStream> {

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int MOST_EMPTY_POLLS = 10;

    private final Consumer<byte[], byte[]> consumer;
    private final IntakeLimits limits;
    private final Map<TopicPartition, Long> ends;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private Iterator<ConsumerRecord<byte[], byte[]>> polled = List.<ConsumerRecord<byte[], byte[]>>of().iterator();
    private byte @Nullable [] next;
    private int items;
    private long bytes;
    private long lost;
    private boolean isCut;

    private TopicSlice(Consumer<byte[], byte[]> consumer, IntakeLimits limits, Map<TopicPartition, Long> ends) {
        this.consumer = consumer;
        this.limits = limits;
        this.ends = ends;
    }

    /**
     * Finds the ends and goes to the beginning.
     *
     * @param consumer used by the calling thread alone; its user closes it
     * @param known the next offset of each partition that has been read before
     * @throws CascadeException NOT_FOUND if there is no such topic
     */
    static TopicSlice open(Consumer<byte[], byte[]> consumer, String topic, Map<Integer, Long> known, IntakeLimits limits) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic, ANSWER);
        if (infos == null || infos.isEmpty()) {
            throw new CascadeException(ErrorCode.NOT_FOUND, "Cannot collect topic " + topic + ": there is no such topic (make it)");
        }
        List<TopicPartition> partitions = infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, ANSWER);
        TopicSlice slice = new TopicSlice(consumer, limits, consumer.endOffsets(partitions, ANSWER));
        partitions.forEach(partition -> slice.seek(partition, begins.get(partition), known.get(partition.partition())));
        return slice;
    }

    private void seek(TopicPartition partition, long begin, @Nullable Long known) {
        // An end below what is known: the topic was made anew.
        boolean isAnew = known == null || known > ends.get(partition);
        long from = isAnew ? begin : Math.max(begin, known);
        lost += isAnew ? 0 : Math.max(0, begin - known);
        consumer.seek(partition, from);
        positions.put(partition, from);
    }

    @Override
    public boolean hasMoreElements() {
        if (next == null && !isCut) {
            next = advance();
        }
        return next != null;
    }

    @Override
    public InputStream nextElement() {
        if (!hasMoreElements()) {
            throw new NoSuchElementException();
        }
        InputStream line = new ByteArrayInputStream(next);
        next = null;
        return line;
    }

    /** Where the next run begins; complete once there are no more elements. */
    Map<TopicPartition, Long> positions() {
        return Map.copyOf(positions);
    }

    /** Records the topic had dropped before anybody collected them. */
    long lost() {
        return lost;
    }

    /** Whether records are left for the next run. */
    boolean isCut() {
        return isCut;
    }

    private byte @Nullable [] advance() {
        for (ConsumerRecord<byte[], byte[]> read = read(); read != null; read = read()) {
            byte[] line = line(read.value());
            if (line.length > 1) {
                if (items == limits.items() || bytes + line.length > limits.fileBytes()) {
                    isCut = true;
                    return null;
                }
                items++;
                bytes += line.length;
                positions.put(partition(read), read.offset() + 1);
                return line;
            }
            positions.put(partition(read), read.offset() + 1);
        }
        // Behind the last record there may be marks of transactions, which are no records.
        ends.forEach((partition, end) -> positions.merge(partition, end, Math::max));
        return null;
    }

    private @Nullable ConsumerRecord<byte[], byte[]> read() {
        int empty = 0;
        while (true) {
            while (polled.hasNext()) {
                ConsumerRecord<byte[], byte[]> read = polled.next();
                if (read.offset() < ends.get(partition(read))) {
                    return read;
                }
            }
            if (ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey(), ANSWER) >= end.getValue())) {
                return null;
            }
            polled = consumer.poll(POLL).iterator();
            empty = polled.hasNext() ? 0 : empty + 1;
            if (empty == MOST_EMPTY_POLLS) {
                throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                        "Cannot collect topic: nothing came for " + MOST_EMPTY_POLLS + " s (is the broker up?)");
            }
        }
    }

    /** JSON has no line breaks but between its tokens, where a space does as well. Blank if the record says nothing. */
    private static byte[] line(byte @Nullable [] value) {
        if (value == null) {
            return new byte[0];
        }
        boolean isBlank = true;
        byte[] line = new byte[value.length + 1];
        for (int i = 0; i < value.length; i++) {
            line[i] = value[i] == '\n' || value[i] == '\r' ? (byte) ' ' : value[i];
            isBlank = isBlank && (line[i] == ' ' || line[i] == '\t');
        }
        line[value.length] = '\n';
        return isBlank ? new byte[0] : line;
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> read) {
        return new TopicPartition(read.topic(), read.partition());
    }
}
