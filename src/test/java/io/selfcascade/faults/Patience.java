package io.selfcascade.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waiting for what must come, generously: a busy machine is no fault. */
final class Patience {

    static final Duration LONG = Duration.ofSeconds(240);
    private static final Duration LOOK = Duration.ofMillis(100);

    private Patience() {}

    /** @param what is awaited, for the message of a failure */
    static void until(String what, Callable<Boolean> holds) {
        until(what, LONG, holds);
    }

    static void until(String what, Duration patience, Callable<Boolean> holds) {
        await(what).atMost(patience).pollInterval(LOOK).ignoreExceptions().until(holds);
    }

    /** Lets a fault last. */
    static void hold(Duration duration) {
        await().atMost(duration.plusSeconds(60)).pollDelay(duration).until(() -> true);
    }
}
