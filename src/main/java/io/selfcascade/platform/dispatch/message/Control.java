package io.selfcascade.platform.dispatch.message;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An order to workers, of which a worker heeds the last per key: stop what is cancelled, drain, take work again.
 *
 * @param dispatchId of a cancel: it concerns the subject's tasks in dispatches up to this one, since what was cancelled may be
 *     retried later; null for all of them, and for the other orders
 * @param expiresAt of a cancel: after it no message of those dispatches may be begun; null for the other orders
 */
public record Control(Order order, @Nullable Long dispatchId, Instant at, @Nullable Instant expiresAt) {

    /** What to do. */
    public enum Order {
        CANCEL,
        DRAIN,
        RESUME
    }

    /** Whether this cancels its subject's tasks in a dispatch. */
    public boolean cancels(long dispatch) {
        return order == Order.CANCEL && (dispatchId == null || dispatch <= dispatchId);
    }
}
