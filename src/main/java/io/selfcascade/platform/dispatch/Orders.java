package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells workers what they need not finish, and whether to take work. On a cancel nothing depends: the ledger has decided
 * already, the order only saves the workers' time.
 */
final class Orders {

    private static final Logger log = LoggerFactory.getLogger(Orders.class);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MessageSender sender;
    private final Topics topics;
    private final InstantSource clock;

    Orders(MessageSender sender, Topics topics, InstantSource clock) {
        this.sender = sender;
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * Sends the order once the current transaction has committed; does not wait for the broker.
     *
     * @param lastDispatch whatever is sent later is not meant
     */
    void cancel(UUID workload, long lastDispatch) {
        afterCommit("workload/" + workload, new Control(Control.Order.CANCEL, lastDispatch, clock.instant()));
    }

    /** The same for one item. */
    void cancelItem(UUID workload, int ordinal, long lastDispatch) {
        afterCommit("item/" + workload + "/" + ordinal, new Control(Control.Order.CANCEL, lastDispatch, clock.instant()));
    }

    /**
     * Asks one worker to drain, or to take work again. Returns when the broker has the order: nothing else would make the worker
     * do it.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if the broker does not take it
     */
    void worker(String id, Control.Order order) {
        try {
            sender.send(message("worker/" + id, new Control(order, null, clock.instant())))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw notTaken(id, order, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notTaken(id, order, e);
        }
    }

    private static CascadeException notTaken(String worker, Control.Order order, Exception cause) {
        return new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE, "Cannot send order " + order + " to worker "
                + worker + ": the broker does not take it (try again)", cause);
    }

    private void afterCommit(String subject, Control order) {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    send(subject, order);
                }
            });
        } else {
            send(subject, order);
        }
    }

    private void send(String subject, Control order) {
        try {
            sender.send(message(subject, order));
        } catch (RuntimeException e) {
            log.warn("order not sent subject={} order={}", subject, order.order(), e);
        }
    }

    private ProducerRecord<String, byte[]> message(String subject, Control order) {
        return CloudEvents.record(topics.control(), subject, CloudEvents.CONTROL, "coordinator",
                subject + "/" + order.at().toEpochMilli(), order.at(), MessageJson.write(order));
    }
}
