package io.selfcascade.platform.intake;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant; every null matches all.
 *
 * @param topic where they were refused
 * @param code the error code they were refused with
 * @param before they were kept before this; also keeps what becomes a dead letter again out of the next request
 * @param limit most of them
 */
public record DeadLetterFilter(@Nullable String topic, @Nullable String code, @Nullable Instant before, int limit) {

    /** Most dead letters of one request. */
    public static final int MOST = 1_000;
}
