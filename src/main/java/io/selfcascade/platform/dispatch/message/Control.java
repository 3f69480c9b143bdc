package io.selfcascade.platform.dispatch.message;

import java.time.Instant;

/** An order to workers, kept per key until a tombstone: stop what is cancelled, drain, take work again. */
public record Control(Order order, long epoch, Instant at) {

    /** What to do. */
    public enum Order {
        CANCEL,
        DRAIN,
        RESUME
    }
}
