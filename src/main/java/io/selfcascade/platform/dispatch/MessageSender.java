package io.selfcascade.platform.dispatch;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The road to the broker. */
@FunctionalInterface
interface MessageSender {

    /** Sends a message. @return completes once the broker has it for good, exceptionally if it will not take it */
    CompletableFuture<?> send(ProducerRecord<String, byte[]> message);
}
