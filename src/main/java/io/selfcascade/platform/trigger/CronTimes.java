package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.Cron;
import io.selfcascade.platform.trigger.ScheduledTime.Night;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The moments of a cron expression in a time zone, each local time exactly once. One that the clocks skip happens at the first
 * moment after the gap; one that comes twice happens the first time. Local times that fall on one moment are one: the last
 * of them gives it its name.
 *
 * <p>Computed over local times, because Spring's expression over zoned ones skips the first kind and repeats the second.
 */
final class CronTimes {

    private static final Duration FIRST_WINDOW = Duration.ofMinutes(2);

    private final Cron cron;
    private final ZoneId zone;
    private final ZoneRules rules;

    CronTimes(Cron cron, ZoneId zone) {
        this.cron = cron;
        this.zone = zone;
        this.rules = zone.getRules();
    }

    /** @return the first time after this moment; empty if there is none */
    Optional<ScheduledTime> next(Instant after) {
        // No earlier local time is a later moment, so nothing before this one can be missed.
        Optional<LocalDateTime> local = cron.next(LocalDateTime.ofInstant(after, zone));
        while (local.isPresent() && !moment(local.get()).isAfter(after)) {
            local = cron.next(local.get());
        }
        return local.map(this::lastOfItsMoment);
    }

    /**
     * The last times in an interval, oldest first, found with work that does not grow with the interval.
     *
     * @param most of them
     */
    List<ScheduledTime> lastUntil(Instant after, Instant until, int most) {
        Duration window = FIRST_WINDOW;
        while (true) {
            boolean isWhole = !until.minus(window).isAfter(after);
            Deque<ScheduledTime> found = last(isWhole ? after : until.minus(window), until, most);
            if (isWhole || found.size() == most) {
                return List.copyOf(found);
            }
            window = window.multipliedBy(2);
        }
    }

    private Deque<ScheduledTime> last(Instant after, Instant until, int most) {
        Deque<ScheduledTime> found = new ArrayDeque<>();
        for (Optional<ScheduledTime> time = next(after);
                time.isPresent() && !time.get().at().isAfter(until);
                time = next(time.get().at())) {
            found.addLast(time.get());
            if (found.size() > most) {
                found.removeFirst();
            }
        }
        return found;
    }

    private ScheduledTime lastOfItsMoment(LocalDateTime first) {
        Instant at = moment(first);
        LocalDateTime last = first;
        Optional<LocalDateTime> next = cron.next(first);
        while (next.isPresent() && moment(next.get()).equals(at)) {
            last = next.get();
            next = cron.next(last);
        }
        return new ScheduledTime(last, at, night(last));
    }

    private Instant moment(LocalDateTime local) {
        List<ZoneOffset> offsets = rules.getValidOffsets(local);
        if (offsets.isEmpty()) {
            ZoneOffsetTransition gap = rules.getTransition(local);
            return gap.getInstant();
        }
        return local.toInstant(offsets.get(0));
    }

    private Night night(LocalDateTime local) {
        return switch (rules.getValidOffsets(local).size()) {
            case 0 -> Night.SKIPPED;
            case 1 -> Night.ORDINARY;
            default -> Night.REPEATED;
        };
    }
}
