package io.selfcascade.platform.dispatch.message;

import java.time.Instant;
import java.util.UUID;

/** The worker did not start the task; no attempt is counted. */
public record TaskDeclined(
        long taskId,
        long dispatchId,
        UUID workloadId,
        int ordinal,
        int stage,
        String workerId,
        UUID bootId,
        Instant at,
        Reason reason)
        implements TaskEvent {

    /** Why a worker will not start a task. */
    public enum Reason {
        EXPIRED,
        UNSUPPORTED,
        DRAINING,
        CANCELLED,
        STORAGE_FULL
    }
}
