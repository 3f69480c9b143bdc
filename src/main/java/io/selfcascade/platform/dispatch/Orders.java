package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(5);

    private final MessageSender sender;
    private final Topics topics;
    private final InstantSource clock;
    private final Duration messageLife;

    /** @param messageLife after which no worker begins a task message, however its clock goes */
    Orders(MessageSender sender, Topics topics, InstantSource clock, Duration messageLife) {
        this.sender = sender;
        this.topics = topics;
        this.clock = clock;
        this.messageLife = messageLife;
    }

    /**
     * Sends the order once the current transaction has committed; does not wait for the broker.
     *
     * @param lastDispatch whatever is sent later is not meant
     */
    void cancel(UUID workload, long lastDispatch) {
        afterCommit(workload(workload), cancelUpTo(lastDispatch));
    }

    /**
     * Sends the orders, outside a transaction, and returns when the broker has them. If it does not answer, a worker goes on with
     * what nobody wants; that is not worth refusing what the ledger has decided.
     *
     * @param lastDispatches of each workload
     */
    void cancelAndAwait(Map<UUID, Long> lastDispatches) {
        List<CompletableFuture<?>> underWay = new ArrayList<>();
        lastDispatches.forEach((workload, last) -> underWay.add(send(workload(workload), cancelUpTo(last))));
        await(underWay);
    }

    /** The same for items of one workload. */
    void cancelItemsAndAwait(UUID workload, Map<Integer, Long> lastDispatches) {
        List<CompletableFuture<?>> underWay = new ArrayList<>();
        lastDispatches.forEach((ordinal, last) ->
                underWay.add(send("item/" + workload + "/" + ordinal, cancelUpTo(last))));
        await(underWay);
    }

    /**
     * Asks one worker to drain, or to take work again. Returns when the broker has the order: nothing else would make the worker
     * do it.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if the broker does not take it
     */
    void worker(String id, Control.Order order) {
        try {
            sender.send(message("worker/" + id, new Control(order, null, clock.instant(), null)))
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

    private CompletableFuture<?> send(String subject, Control order) {
        try {
            return sender.send(message(subject, order));
        } catch (RuntimeException e) {
            log.warn("order not sent subject={} order={}", subject, order.order(), e);
            return CompletableFuture.completedFuture(null);
        }
    }

    private static void await(List<CompletableFuture<?>> underWay) {
        try {
            CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
                    .get(CANCEL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("orders not taken by the broker, workers may go on for nothing orders={} reason={}", underWay.size(),
                    e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Control cancelUpTo(long lastDispatch) {
        Instant now = clock.instant();
        return new Control(Control.Order.CANCEL, lastDispatch, now, now.plus(messageLife));
    }

    private static String workload(UUID workload) {
        return "workload/" + workload;
    }

    private ProducerRecord<String, byte[]> message(String subject, Control order) {
        return CloudEvents.record(topics.control(), subject, CloudEvents.CONTROL, "coordinator",
                subject + "/" + order.at().toEpochMilli(), order.at(), MessageJson.write(order));
    }
}
