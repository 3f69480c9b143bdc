package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what became of a task and returns when the broker has it. A result is worth minutes of work, so it is sent
 * again until it gets through; the same event twice changes nothing.
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
        while (true) {
            try {
                producer.send(CloudEvents.record(topic, event)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                return true;
            } catch (KafkaException | ExecutionException | TimeoutException e) {
                log.warn("event not acknowledged task={} dispatch={} reason={}",
                        event.taskId(), event.dispatchId(), e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (givenUp.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                return false;
            }
            Pause.of(BETWEEN_TRIES);
        }
    }
}
