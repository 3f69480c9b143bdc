package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.RunState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A workload as a person watches it: the request and its progress, read at one moment.
 *
 * @param revision grows with every committed change of the progress
 * @param version grows with every edit of the request
 * @param stopAfter the stage whose pivots become drafts; null if every item goes to its full size
 * @param promoted items that were sent on from their drafts so far
 * @param maxFailureRatio the share of failed items beyond which it ends early; null if it never does
 * @param pendingReason why nothing of it is running; null while something is, and when it has ended
 * @param etaSeconds estimate for the rest; null until there is something to estimate from
 * @param errorCode why the whole workload failed; items that failed tell for themselves
 */
public record WorkloadView(
        UUID id,
        String tenant,
        @Nullable String name,
        String model,
        RunState state,
        Desired desired,
        int generation,
        long revision,
        int version,
        int priority,
        Counts counts,
        List<StageView> stages,
        @Nullable Integer stopAfter,
        int promoted,
        @Nullable BigDecimal maxFailureRatio,
        @Nullable PendingReason pendingReason,
        @Nullable Long etaSeconds,
        @Nullable String errorCode,
        @Nullable String errorDetail,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {

    public WorkloadView {
        stages = List.copyOf(stages);
    }

    /**
     * Items by what is happening to them.
     *
     * @param total null until every line has been read
     * @param inProgress with a worker at this moment
     */
    public record Counts(
            @Nullable Integer total, long pending, long inProgress, long completed, long failed, long cancelled) {

        public long settled() {
            return completed + failed + cancelled;
        }
    }

    /**
     * Stage tasks of one stage by state.
     *
     * @param purpose which items go through it
     * @param items how many do, in all; 0 until the total is known
     * @param work pixels times steps of one task: what stages are weighed by
     * @param runMs accepted run time in all, in milliseconds
     */
    public record StageView(
            int stage,
            String kind,
            Purpose purpose,
            long items,
            int width,
            int height,
            long work,
            long ready,
            long dispatched,
            long succeeded,
            long dead,
            long runMs) {

        /** What a stage is for, in a workload that stops at drafts; in any other every stage is for all items. */
        public enum Purpose {
            ALL,
            DRAFT,
            PROMOTED
        }
    }
}
