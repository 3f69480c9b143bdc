package io.selfcascade.spec;

import static io.selfcascade.spec.FailureClass.INFRASTRUCTURE;
import static io.selfcascade.spec.FailureClass.INVALID;
import static io.selfcascade.spec.FailureClass.MODEL;
import static io.selfcascade.spec.FailureClass.NUMERIC;
import static io.selfcascade.spec.FailureClass.OOM;
import static io.selfcascade.spec.FailureClass.TIMEOUT;

/** Every failure that leaves a module has one of these codes; the code decides its class and whether to retry. */
public enum ErrorCode {
    INVALID_REQUEST(INVALID, Retry.NEVER),
    INVALID_SIZE(INVALID, Retry.NEVER),
    INVALID_STAGE(INVALID, Retry.NEVER),
    INVALID_IMAGE(INVALID, Retry.NEVER),
    INVALID_KEY(INVALID, Retry.NEVER),
    KEY_REUSED(INVALID, Retry.NEVER),
    INVALID_SETTING(INVALID, Retry.NEVER),
    NOT_FOUND(INVALID, Retry.NEVER),
    CONFLICT(INVALID, Retry.NEVER),
    NO_DRAFT(INVALID, Retry.NEVER),
    TOO_MANY_FAILURES(INVALID, Retry.NEVER),
    VERSION_MISMATCH(INVALID, Retry.NEVER),
    TOO_LARGE(INVALID, Retry.NEVER),
    EXCEEDS_STORAGE(INVALID, Retry.NEVER),
    SHAPE_MISMATCH(MODEL, Retry.NEVER),
    GRAPH_INVALID(MODEL, Retry.NEVER),
    CHECKPOINT_INVALID(MODEL, Retry.NEVER),
    CHECKPOINT_UNSUPPORTED(MODEL, Retry.NEVER),
    MODEL_UNAVAILABLE(MODEL, Retry.LATER),
    NON_FINITE(NUMERIC, Retry.NEVER),
    DEVICE_OUT_OF_MEMORY(OOM, Retry.BIGGER_POOL),
    RUN_LIMIT_EXCEEDED(TIMEOUT, Retry.LATER),
    DEADLINE_EXCEEDED(TIMEOUT, Retry.NEVER),
    OWNERSHIP_LOST(INFRASTRUCTURE, Retry.LATER),
    WORKER_LOST(INFRASTRUCTURE, Retry.LATER),
    ARTIFACT_CORRUPT(INFRASTRUCTURE, Retry.LATER),
    QUOTA_EXCEEDED(INFRASTRUCTURE, Retry.LATER),
    STORAGE_FULL(INFRASTRUCTURE, Retry.LATER),
    TOO_MANY_STREAMS(INFRASTRUCTURE, Retry.LATER),
    INFRASTRUCTURE_UNAVAILABLE(INFRASTRUCTURE, Retry.LATER),
    INTERNAL(INFRASTRUCTURE, Retry.LATER);

    private final FailureClass failureClass;
    private final Retry retry;

    ErrorCode(FailureClass failureClass, Retry retry) {
        this.failureClass = failureClass;
        this.retry = retry;
    }

    public FailureClass failureClass() {
        return failureClass;
    }

    public Retry retry() {
        return retry;
    }
}
