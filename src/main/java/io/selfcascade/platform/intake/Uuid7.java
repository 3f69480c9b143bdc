package io.selfcascade.platform.intake;

import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes version 7 UUIDs: they sort by the millisecond they were made in, and 74 random bits keep them apart.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.7">RFC 9562, section 5.7</a>
 */
public final class Uuid7 {

    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final InstantSource clock;
    private final RandomGenerator random;

    public Uuid7(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public UUID next() {
        long high = clock.millis() << 16 | VERSION | random.nextLong() & 0xFFF;
        long low = VARIANT | random.nextLong() >>> 2;
        return new UUID(high, low);
    }

    /** When a version 7 UUID was made, to the millisecond. */
    public static Instant madeAt(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }
}
