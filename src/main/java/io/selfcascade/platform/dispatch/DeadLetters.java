package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what cannot be applied, as it came, with where it came from and why. */
final class DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
    private static final int PATIENCE_SECONDS = 25;
    private static final int MOST_REASON = 1_000;

    private final MessageSender sender;

    DeadLetters(MessageSender sender) {
        this.sender = sender;
    }

    /**
     * Sends the record to the dead letters of its topic; when this returns, the broker has it.
     *
     * @throws CascadeException INTERNAL if the broker does not take it; the record is then to be read again
     */
    void send(ConsumerRecord<String, byte[]> message, RuntimeException reason) {
        ProducerRecord<String, byte[]> letter = new ProducerRecord<>(
                Topics.deadLetters(message.topic()), null, message.key(), message.value(), message.headers());
        String why = String.valueOf(reason.getMessage());
        ErrorCode code = reason instanceof CascadeException own ? own.code() : ErrorCode.INTERNAL;
        letter.headers()
                .add("dlt_topic", bytes(message.topic()))
                .add("dlt_partition", bytes(Integer.toString(message.partition())))
                .add("dlt_offset", bytes(Long.toString(message.offset())))
                .add("dlt_code", bytes(Codes.stored(code)))
                .add("dlt_reason", bytes(why.length() <= MOST_REASON ? why : why.substring(0, MOST_REASON)));
        try {
            sender.send(letter).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw refused(message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(message, e);
        }
        log.warn("dead letter topic={} partition={} offset={} reason={}",
                message.topic(), message.partition(), message.offset(), reason.getClass().getSimpleName());
    }

    private static CascadeException refused(ConsumerRecord<String, byte[]> message, Exception cause) {
        return new CascadeException(ErrorCode.INTERNAL, "Cannot send dead letter: " + message.topic() + "-"
                + message.partition() + "@" + message.offset() + " (it is read again)", cause);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
