package io.selfcascade.platform.trigger;

import java.time.Instant;
import java.time.LocalDateTime;

/**
 * One time of a schedule.
 *
 * @param logicalDate the local time its cron names, in its own time zone; what the run is called, and what makes it one
 * @param at when that is; where the clocks skip the local time, the first moment after the gap
 * @param night what the clocks do at that time
 */
public record ScheduledTime(LocalDateTime logicalDate, Instant at, Night night) {

    /** What the clocks do at a local time. */
    public enum Night {
        ORDINARY,
        /** The clocks go forward over it. */
        SKIPPED,
        /** The clocks go back over it: it comes twice, and the first time counts. */
        REPEATED
    }
}
