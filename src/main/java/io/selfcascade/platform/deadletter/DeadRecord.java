package io.selfcascade.platform.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The record of a dead letter as its sender made it.
 *
 * @param headers without those that say why it is a dead letter
 */
public record DeadRecord(
        long id, String topic, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {

    /** Names the dead letter a record was sent again from; if it is refused again, its next dead letter knows its last. */
    static final String CAME_FROM = "redrive_of";

    public DeadRecord {
        headers = List.copyOf(headers);
    }

    /** What a redrive sends. Its partition follows from its key, as it did the first time. */
    ProducerRecord<byte[], byte[]> again() {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, key, value);
        headers.stream().filter(header -> !header.name().equals(CAME_FROM))
                .forEach(header -> message.headers().add(header.name(), header.value()));
        message.headers().add(CAME_FROM, Long.toString(id).getBytes(StandardCharsets.US_ASCII));
        return message;
    }

    /** A header of a record; names may repeat. */
    public record Header(String name, byte @Nullable [] value) {}
}
