package io.selfcascade.platform.dispatch;

import java.util.Comparator;
import java.util.UUID;

/** The order in which rows of one table are locked, everywhere, so that two transactions never wait for each other. */
final class LockOrder {

    /** The order of Postgres: unsigned, byte by byte. Java's own compares signed halves. */
    static final Comparator<UUID> BY_UUID = (left, right) -> {
        int high = Long.compareUnsigned(left.getMostSignificantBits(), right.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(left.getLeastSignificantBits(), right.getLeastSignificantBits());
    };

    private LockOrder() {}
}
