package io.selfcascade.platform.dispatch;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The row of a run as it was read.
 *
 * @param revision grows by one with every committed change
 * @param total number of items; null until ingest has read them all
 * @param partitionSize ordinals per partition; null as long as {@code total} is
 * @param promoted items sent on from their drafts, in all generations so far
 * @param failureLimit most failed items that do not end this generation early; null for no limit, or while {@code total} is
 * @param openedUntil items below this ordinal have had their first stage opened
 * @param resultsKey artifact key of the results; null until finalize has written them, as are the other keys
 */
public record WorkloadRun(
        UUID workloadId,
        int generation,
        RunState state,
        Desired desired,
        long revision,
        @Nullable Long jobExecutionId,
        @Nullable Integer total,
        @Nullable Integer partitionSize,
        int openedUntil,
        int promoted,
        @Nullable Integer failureLimit,
        @Nullable String resultsKey,
        @Nullable String errorsKey,
        @Nullable String manifestKey,
        @Nullable String errorCode,
        @Nullable String errorDetail,
        Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {}
