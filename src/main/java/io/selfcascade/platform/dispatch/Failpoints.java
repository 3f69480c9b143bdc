package io.selfcascade.platform.dispatch;

/**
 * Called at each effect that a crash must not spoil, so that a test can end the process there.
 *
 * <p>Outside the tests nothing listens.
 */
@FunctionalInterface
public interface Failpoints {

    /** Nothing fails here. */
    Failpoints NONE = effect -> {};

    /**
     * The process is about to go on past an effect.
     *
     * @param effect what has just become true
     */
    void reached(Effect effect);

    /** The effects, in the order a task meets them. */
    enum Effect {
        DISPATCH_COMMITTED,
        DISPATCH_SENT,
        EVENTS_RECEIVED,
        EVENTS_APPLIED,
        OFFSETS_COMMITTED,
        DISPATCHES_REAPED
    }
}
