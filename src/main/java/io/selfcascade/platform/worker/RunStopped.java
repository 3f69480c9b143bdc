package io.selfcascade.platform.worker;

import java.util.concurrent.CancellationException;

/** Ends a run between two denoising steps. */
final class RunStopped extends CancellationException {

    private static final long serialVersionUID = 1L;

    private final Cause cause;

    RunStopped(Cause cause) {
        super("run stopped: " + cause);
        this.cause = cause;
    }

    Cause why() {
        return cause;
    }

    /** Why a run must end before it is done. */
    enum Cause {
        /** Nobody wants any of its items any more. */
        CANCELLED,
        /** The worker shuts down and has no time left. */
        DRAINING,
        /** The stage's run limit is over. */
        RUN_LIMIT,
        /** No beat was acknowledged for the length of a lease: somebody else runs these tasks now. */
        LEASE_LOST
    }
}
