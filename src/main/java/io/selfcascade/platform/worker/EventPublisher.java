package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what became of tasks. A result is worth minutes of work, so it is sent again until the broker has it; the same
 * event twice changes nothing.
 */
final class EventPublisher {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
    private static final long PATIENCE_SECONDS = 130;

    private final Producer<String, byte[]> producer;
    private final String topic;
    private final BooleanSupplier givenUp;

    /** @param givenUp whether the worker has no time left to try again */
    EventPublisher(Producer<String, byte[]> producer, String topic, BooleanSupplier givenUp) {
        this.producer = producer;
        this.topic = topic;
        this.givenUp = givenUp;
    }

    /** @return whether the broker has the event */
    boolean publish(TaskEvent event) {
        return arrives(send(event));
    }

    /** Hands the event to the producer, which sends it while the caller goes on. */
    Sending send(TaskEvent event) {
        try {
            return new Sending(event, producer.send(CloudEvents.record(topic, event)));
        } catch (KafkaException e) {
            return new Sending(event, CompletableFuture.failedFuture(e));
        }
    }

    /** Waits until the broker has the event, sending it again as often as need be. @return whether it has */
    boolean arrives(Sending first) {
        Sending sending = first;
        while (true) {
            try {
                sending.acknowledgement().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                return true;
            } catch (ExecutionException | TimeoutException e) {
                log.warn("event not acknowledged task={} dispatch={} reason={}",
                        first.event().taskId(), first.event().dispatchId(), e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (givenUp.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                return false;
            }
            Pause.of(BETWEEN_TRIES);
            sending = send(first.event());
        }
    }

    /** An event on its way. */
    record Sending(TaskEvent event, Future<?> acknowledgement) {}
}
