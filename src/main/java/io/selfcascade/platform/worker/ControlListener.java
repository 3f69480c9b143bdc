package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.spec.CascadeException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows what is cancelled and whether this worker shall drain: it reads the whole compacted control topic at its start
 * and follows it. The ledger enforces a cancel by itself; knowing it here only saves the time of the device.
 */
final class ControlListener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ControlListener.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final String workerKey;
    private final WorkerClients clients;
    private final TopicPartition control;
    private final Runnable onChange;
    private final CancelOrders cancelled;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Thread thread = new Thread(this::followUntilClosed, "worker-control");
    private volatile boolean draining;
    private volatile boolean closed;

    /** @param onChange called after every order, on the listener's thread */
    ControlListener(String workerId, WorkerClients clients, CancelOrders cancelled, Runnable onChange) {
        this.workerKey = "worker/" + workerId;
        this.clients = clients;
        this.control = new TopicPartition(clients.topics().control(), 0);
        this.cancelled = cancelled;
        this.onChange = onChange;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until every order given before the start is known. */
    boolean awaitCaughtUp(Duration patience) throws InterruptedException {
        return caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether nobody wants what this dispatch would make of the item. */
    boolean isCancelled(UUID workload, int ordinal, long dispatch) {
        return cancelled.cancels(workload, ordinal, dispatch);
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(POLL.toMillis() * 10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void followUntilClosed() {
        while (!closed) {
            try (Consumer<String, byte[]> reader = clients.reader()) {
                reader.assign(List.of(control));
                reader.seekToBeginning(List.of(control));
                follow(reader);
            } catch (KafkaException e) {
                log.warn("control topic not readable, trying again worker={} reason={}", workerKey, e.getMessage());
                Pause.of(Duration.ofSeconds(1));
            }
        }
    }

    private void follow(Consumer<String, byte[]> reader) {
        long end = reader.endOffsets(List.of(control)).get(control);
        while (!closed) {
            for (ConsumerRecord<String, byte[]> order : reader.poll(POLL)) {
                apply(order);
            }
            cancelled.forgetOver();
            if (reader.position(control) >= end) {
                caughtUp.countDown();
            }
        }
    }

    private void apply(ConsumerRecord<String, byte[]> message) {
        try {
            if (message.key() == null) {
                return;
            }
            Control order = message.value() == null ? null : MessageJson.readControl(message.value());
            if (message.key().equals(workerKey)) {
                draining = order != null && order.order() == Control.Order.DRAIN;
            } else if (order == null) {
                cancelled.remove(message.key());
            } else if (order.order() == Control.Order.CANCEL) {
                cancelled.put(message.key(), order);
            }
            onChange.run();
        } catch (CascadeException e) {
            log.warn("control order ignored offset={} reason={}", message.offset(), e.getMessage());
        }
    }
}
