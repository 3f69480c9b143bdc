package io.selfcascade.platform.dispatch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A broker that keeps what it is sent, until it is told to refuse. */
final class SentMessages implements MessageSender {

    final List<ProducerRecord<String, byte[]>> messages = new CopyOnWriteArrayList<>();
    volatile boolean refuses;

    @Override
    public CompletableFuture<?> send(ProducerRecord<String, byte[]> message) {
        if (refuses) {
            return CompletableFuture.failedFuture(new IllegalStateException("the broker is away"));
        }
        messages.add(message);
        return CompletableFuture.completedFuture(null);
    }
}
