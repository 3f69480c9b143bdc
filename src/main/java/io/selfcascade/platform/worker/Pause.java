package io.selfcascade.platform.worker;

import java.time.Duration;

/** Waits before something is tried again. */
final class Pause {

    private Pause() {}

    /** Returns early, with the flag set, if the thread is interrupted. */
    static void of(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
