package io.selfcascade.platform.dispatch;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A record on its way to the broker. */
public final class Sending {

    private Sending() {}

    /**
     * Sends a record. May block while the producer knows no broker, as long as its {@code max.block.ms}.
     *
     * @return done when the broker has the record, as its {@code acks} say, or failed with what the producer says
     */
    public static <K, V> CompletableFuture<Void> of(Producer<K, V> producer, ProducerRecord<K, V> message) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        producer.send(message, (metadata, failure) -> {
            if (failure == null) {
                sent.complete(null);
            } else {
                sent.completeExceptionally(failure);
            }
        });
        return sent;
    }
}
