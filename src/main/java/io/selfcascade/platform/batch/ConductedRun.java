package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.OwnershipLostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A run this process conducts, and whether it must let go of it. */
final class ConductedRun {

    private final ClaimedRun claim;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean lost;
    private volatile boolean stopping;

    ConductedRun(ClaimedRun claim) {
        this.claim = claim;
    }

    ClaimedRun claim() {
        return claim;
    }

    /** Another process owns the run. */
    void lose() {
        lost = true;
    }

    /** This process shuts down. */
    void stop() {
        stopping = true;
    }

    /** The thread that conducted the run has written its last word. */
    void end() {
        ended.countDown();
    }

    /** Waits until the run's thread has ended, or the patience is over. */
    void awaitEnd(Duration patience) throws InterruptedException {
        ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean isStopping() {
        return stopping;
    }

    /** @throws OwnershipLostException if another process is known to own the run */
    void requireOwned() {
        if (lost) {
            throw new OwnershipLostException(claim.workloadId(), claim.epoch());
        }
    }
}
