package io.selfcascade.platform.report;

/** Why a workload that has not ended is not running anywhere. */
public enum PendingReason {
    /** Somebody paused it. */
    PAUSED,
    /** No coordinator has taken it up yet. */
    COORDINATOR_SLOTS,
    /** No live worker of its pool has its model. */
    NO_WORKER_FOR_MODEL,
    /** Live workers have its model, but what waits is larger than the largest picture any of them takes. */
    INSUFFICIENT_MEMORY,
    /** What is left waits because a worker had no room for its artifacts. */
    STORAGE_FULL,
    /** Everything that is left and fits a worker waits for a retry. */
    BACKOFF,
    /** Its tenant has as many tasks under way as it may. */
    QUOTA,
    /** The workers of its pool are busy with others. */
    WINDOW_FULL
}
