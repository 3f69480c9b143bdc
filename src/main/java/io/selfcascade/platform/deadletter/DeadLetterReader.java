package io.selfcascade.platform.deadletter;

import io.selfcascade.platform.dispatch.Loop;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jspecify.annotations.Nullable;

/** Reads the dead-letter topics into the ledger, offsets after rows: what a crash leaves unread is read again, once kept. */
final class DeadLetterReader implements Loop.Body {

    private static final Duration POLL = Duration.ofMillis(500);

    private final List<String> topics;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final DeadLetterLedger ledger;
    private @Nullable Consumer<byte[], byte[]> consumer;

    /** @param consumers each makes a member of the group that shares the topics; closed here */
    DeadLetterReader(List<String> topics, Supplier<Consumer<byte[], byte[]>> consumers, DeadLetterLedger ledger) {
        this.topics = List.copyOf(topics);
        this.consumers = consumers;
        this.ledger = ledger;
    }

    @Override
    public void round() {
        Consumer<byte[], byte[]> member = consumer;
        if (member == null) {
            member = consumers.get();
            consumer = member;
            member.subscribe(topics);
        }
        ConsumerRecords<byte[], byte[]> records = member.poll(POLL);
        if (records.isEmpty()) {
            return;
        }
        try {
            for (ConsumerRecord<byte[], byte[]> message : records) {
                ledger.keep(message);
            }
            member.commitSync();
        } catch (RuntimeException e) {
            // A new member begins where the group has committed: what was polled here and not kept is polled again.
            end();
            throw e;
        }
    }

    @Override
    public void end() {
        Consumer<byte[], byte[]> open = consumer;
        consumer = null;
        if (open != null) {
            open.close();
        }
    }
}
