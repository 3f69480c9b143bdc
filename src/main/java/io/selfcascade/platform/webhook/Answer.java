package io.selfcascade.platform.webhook;

import org.jspecify.annotations.Nullable;

/**
 * How an attempt went.
 *
 * @param status null if no answer came
 * @param error null if the message was taken
 */
record Answer(@Nullable Integer status, @Nullable String error) {

    private static final int GONE = 410;

    static Answer of(int status) {
        return new Answer(status, status >= 200 && status < 300 ? null : "answered " + status);
    }

    static Answer none(String error) {
        return new Answer(null, error);
    }

    boolean isTaken() {
        return error == null;
    }

    /** The receiver wants to hear no more. */
    boolean isGone() {
        return status != null && status == GONE;
    }
}
