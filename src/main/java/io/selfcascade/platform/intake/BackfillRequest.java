package io.selfcascade.platform.intake;

import java.time.LocalDate;

/**
 * The body of {@code POST /v1/schedules/{id}/backfill}: whose runs are to be made up for.
 *
 * @param from first day, in the zone of the schedule
 * @param to last day
 */
public record BackfillRequest(LocalDate from, LocalDate to) {}
