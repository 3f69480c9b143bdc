package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskTopics;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** Connects the ledger's consumer as soon as the broker answers, and lets it poll until the loop ends. */
final class ConsumerRounds implements Loop.Body {

    private final TaskTopics topics;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final Subscription subscription;
    private @Nullable Consumer<String, byte[]> consumer;
    private @Nullable LedgerConsumer reader;

    ConsumerRounds(TaskTopics topics, Supplier<Consumer<String, byte[]>> consumers, Subscription subscription) {
        this.topics = topics;
        this.consumers = consumers;
        this.subscription = subscription;
    }

    @Override
    public void round() {
        LedgerConsumer current = reader;
        if (current == null) {
            current = connect();
        }
        current.poll();
    }

    @Override
    public void end() {
        Consumer<String, byte[]> open = consumer;
        // The loop may be started again: what was closed must not be polled then.
        consumer = null;
        reader = null;
        if (open != null) {
            open.close();
        }
    }

    private LedgerConsumer connect() {
        topics.ensure(List.of());
        Consumer<String, byte[]> connected = consumers.get();
        consumer = connected;
        LedgerConsumer subscribed = subscription.of(connected);
        reader = subscribed;
        return subscribed;
    }

    /** Makes the reader of a connected consumer. */
    @FunctionalInterface
    interface Subscription {
        LedgerConsumer of(Consumer<String, byte[]> consumer);
    }
}
