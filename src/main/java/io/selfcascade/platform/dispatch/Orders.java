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
    private final InstantSource clock;

    Orders(MessageSender sender, InstantSource clock) {
        this.sender = sender;
        this.clock = clock;
    }

    /** Sends the order once the current transaction has committed; does not wait for the broker. */
    void cancel(UUID workload, long epoch) {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    send(workload, epoch);
                }
            });
        } else {
            send(workload, epoch);
        }
    }

    private void send(UUID workload, long epoch) {
        try {
            Control order = new Control(Control.Order.CANCEL, epoch, clock.instant());
            sender.send(CloudEvents.record(
                    Topics.CONTROL, "workload/" + workload, CloudEvents.CONTROL, "coordinator", workload + "/" + epoch,
                    order.at(), MessageJson.write(order)));
        } catch (RuntimeException e) {
            log.warn("order not sent workload={}", workload, e);
        }
    }
}
