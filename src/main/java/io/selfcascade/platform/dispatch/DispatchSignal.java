package io.selfcascade.platform.dispatch;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Tells the dispatcher of this process that there may be something to send, so that it need not await its next tick. */
final class DispatchSignal {

    private final Semaphore raised = new Semaphore(0);

    /** Wakes the dispatcher once the current transaction has committed; at once if there is none. */
    void raise() {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    raised.release();
                }
            });
        } else {
            raised.release();
        }
    }

    /** Waits for a signal, at most for {@code patience}, and takes all signals that came meanwhile. */
    void await(Duration patience) throws InterruptedException {
        raised.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        raised.drainPermits();
    }
}
