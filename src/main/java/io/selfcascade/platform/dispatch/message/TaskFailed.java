package io.selfcascade.platform.dispatch.message;

import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.Retry;
import java.time.Instant;
import java.util.UUID;

/** The task's run ended without a result. */
public record TaskFailed(
        long taskId,
        long dispatchId,
        UUID workloadId,
        int ordinal,
        int stage,
        String workerId,
        UUID bootId,
        Instant at,
        int microBatch,
        Error error)
        implements TaskEvent {

    /**
     * Why, and what to do about it.
     *
     * @param failureClass who is to blame
     * @param code lower-case {@link io.selfcascade.spec.ErrorCode}
     */
    public record Error(FailureClass failureClass, String code, Retry retry, String detail) {}
}
