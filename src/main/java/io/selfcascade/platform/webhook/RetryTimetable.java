package io.selfcascade.platform.webhook;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When an attempt that failed is followed by another: after 5 s, then four times as long each, a day at most, of which a
 * random three quarters to all is waited. The eleventh attempt, about three days after the first, is the last.
 */
final class RetryTimetable {

    static final int MOST_ATTEMPTS = 11;

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofHours(24);

    private final RandomGenerator random;

    RetryTimetable(RandomGenerator random) {
        this.random = random;
    }

    /** @return how long to wait after so many attempts; empty if there is no other */
    Optional<Duration> after(int attempts) {
        if (attempts >= MOST_ATTEMPTS) {
            return Optional.empty();
        }
        long millis = Math.min(FIRST.toMillis() << 2 * (attempts - 1), LONGEST.toMillis());
        return Optional.of(Duration.ofMillis(millis - random.nextLong(millis / 4 + 1)));
    }
}
