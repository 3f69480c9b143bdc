package io.selfcascade.faults.process;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** A clock that is wrong by as many seconds as the setting {@code clock} says, and jumps when it changes. */
public final class ShiftedClock extends Clock {

    private final Clock clock;
    private final FaultPoints points;

    public ShiftedClock(Clock clock, FaultPoints points) {
        this.clock = clock;
        this.points = points;
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new ShiftedClock(clock.withZone(zone), points);
    }

    @Override
    public Instant instant() {
        return clock.instant().plusSeconds(points.setting("clock").map(Long::parseLong).orElse(0L));
    }
}
