package io.selfcascade.platform.intake;

import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as its user asks for it: the body of {@code POST /v1/schedules} and a file of {@code config/schedules}.
 *
 * @param timeZone whose local times {@code cron} names
 * @param startingDeadline a run that would start later than this after its time is missed; null to start it however late
 * @param enabled false: it runs only when somebody triggers it
 */
public record ScheduleRequest(
        String name,
        Cron cron,
        ZoneId timeZone,
        ScheduleSource source,
        OverlapPolicy overlapPolicy,
        @Nullable Duration startingDeadline,
        boolean enabled) {}
