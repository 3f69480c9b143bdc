package io.selfcascade.platform.trigger;

import io.selfcascade.platform.dispatch.StoredState;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of one time of a schedule.
 *
 * @param logicalDate local time in the zone of the schedule, which is the run's name
 * @param scheduledFor when that was
 * @param reason why nothing was started, or what of it was not
 * @param refused requests that could not become workloads
 */
public record ScheduleRun(
        long id,
        LocalDateTime logicalDate,
        Cause cause,
        Instant scheduledFor,
        State state,
        @Nullable String reason,
        Instant decidedAt,
        List<UUID> workloads,
        List<Refusal> refused) {

    public ScheduleRun {
        workloads = List.copyOf(workloads);
        refused = List.copyOf(refused);
    }

    /** What a run is due to. */
    public enum Cause implements StoredState {
        CLOCK,
        TRIGGER,
        BACKFILL
    }

    /** What became of it (docs/spec/schedules.md). */
    public enum State implements StoredState {
        PENDING,
        STARTED,
        SKIPPED_OVERLAP,
        MISSED,
        FAILED
    }

    /**
     * A request that is no workload.
     *
     * @param file null if it was no file
     */
    public record Refusal(@Nullable String file, String code, @Nullable String detail) {}
}
