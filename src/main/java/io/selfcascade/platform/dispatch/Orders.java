package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.Topics;
import java.time.InstantSource;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells workers what they need not finish. Nothing depends on their hearing it: the ledger has decided already, this only
 * saves their time.
 */
final class Orders {

    private static final Logger log = LoggerFactory.getLogger(Orders.class);

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

    /** Asks one worker to drain, or to take work again; does not wait for the broker. */
    void worker(String id, Control.Order order) {
        afterCommit("worker/" + id, new Control(order, null, clock.instant()));
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
            sender.send(CloudEvents.record(topics.control(), subject, CloudEvents.CONTROL, "coordinator",
                    subject + "/" + order.at().toEpochMilli(), order.at(), MessageJson.write(order)));
        } catch (RuntimeException e) {
            log.warn("order not sent subject={} order={}", subject, order.order(), e);
        }
    }
}
