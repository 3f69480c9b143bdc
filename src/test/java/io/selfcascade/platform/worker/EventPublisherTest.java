package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class EventPublisherTest {

    private final MockProducer<String, byte[]> broker =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());

    @Test
    void sendsAnEventWithoutWaitingForTheOneBefore() {
        EventPublisher publisher = new EventPublisher(broker, "events", () -> false);

        publisher.send(event(1));
        publisher.send(event(2));

        assertThat(broker.history()).hasSize(2);
    }

    @Test
    void sendsAgainWhatTheBrokerRefused() {
        EventPublisher publisher = new EventPublisher(broker, "events", () -> false);
        EventPublisher.Sending sending = publisher.send(event(1));
        broker.errorNext(new NotEnoughReplicasException("one is away"));

        CompletableFuture<Boolean> arrives = CompletableFuture.supplyAsync(() -> publisher.arrives(sending));

        await().until(() -> broker.history().size() == 2);
        assertThat(arrives).isNotDone();
        broker.completeNext();
        assertThat(arrives.join()).isTrue();
    }

    @Test
    void givesUpOnlyWhenTheWorkerHasNoTimeLeft() {
        EventPublisher publisher = new EventPublisher(broker, "events", () -> true);
        EventPublisher.Sending sending = publisher.send(event(1));
        broker.errorNext(new NotEnoughReplicasException("one is away"));

        assertThat(publisher.arrives(sending)).isFalse();
    }

    private static TaskEvent event(long task) {
        return new TaskDeclined(task, 1, new UUID(0, 1), 0, 0, "w", new UUID(0, 2), Instant.EPOCH, TaskDeclined.Reason.EXPIRED);
    }
}
