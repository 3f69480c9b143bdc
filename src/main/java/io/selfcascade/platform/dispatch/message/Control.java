package io.selfcascade.platform.dispatch.message;

import java.time.Instant;

/** An order to workers, of which a worker heeds the last per key: stop what is cancelled, drain, take work again. */
public record Control(Order order, long epoch, Instant at) {

    /** What to do. */
    public enum Order {
        CANCEL,
        DRAIN,
        RESUME
    }
}
