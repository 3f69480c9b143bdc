package io.selfcascade.platform.deadletter;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sends what shall be redriven. The rows stay locked from before the send until they are marked, so that one process sends
 * each; one that dies in between leaves them to the next, and a record is sent twice, which its readers bear: a workload
 * request is known by its source and id, an event of a worker by its dispatch, a beat by its number.
 */
final class Redriver {

    private static final Logger log = LoggerFactory.getLogger(Redriver.class);
    private static final int TOGETHER = 20;
    private static final int PATIENCE_SECONDS = 25;

    private final DeadLetterLedger ledger;
    private final TransactionOperations transactions;
    private final Sender sender;

    Redriver(DeadLetterLedger ledger, TransactionOperations transactions, Sender sender) {
        this.ledger = ledger;
        this.transactions = transactions;
        this.sender = sender;
    }

    /**
     * Sends everything that is due.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if the broker is away; what it took is marked, the rest stays due
     */
    void redrive() {
        Round round;
        do {
            round = transactions.execute(status -> sendSome());
            if (round.failure() != null) {
                throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                        "Cannot redrive dead letters: the broker does not take them (they are tried again)", round.failure());
            }
        } while (round.found() == TOGETHER);
    }

    private Round sendSome() {
        List<DeadRecord> due = ledger.lockRedriving(TOGETHER);
        List<? extends CompletableFuture<?>> underWay = due.stream().map(letter -> sender.send(letter.again())).toList();
        Exception failure = null;
        for (int i = 0; i < due.size(); i++) {
            Exception refusal = settle(due.get(i), underWay.get(i));
            failure = refusal == null ? failure : refusal;
        }
        return new Round(due.size(), failure);
    }

    /** @return why it is still due; null if it is not */
    private @Nullable Exception settle(DeadRecord letter, CompletableFuture<?> sending) {
        try {
            sending.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            ledger.redriven(letter.id());
            log.info("dead letter redriven id={} topic={}", letter.id(), letter.topic());
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException || e.getCause() instanceof InvalidTopicException) {
                ledger.keepAfterAll(letter.id());
                log.warn("dead letter not redriven id={} topic={} reason={}", letter.id(), letter.topic(),
                        e.getCause().getMessage());
                return null;
            }
            return e;
        } catch (TimeoutException e) {
            return e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        }
    }

    /** The road to the broker. */
    @FunctionalInterface
    interface Sender {

        /** Sends a record. @return completes once the broker has it for good, exceptionally if it will not take it */
        CompletableFuture<?> send(ProducerRecord<byte[], byte[]> message);
    }

    private record Round(int found, @Nullable Exception failure) {}
}
