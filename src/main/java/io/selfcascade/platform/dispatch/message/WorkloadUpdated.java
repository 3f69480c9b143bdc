package io.selfcascade.platform.dispatch.message;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a workload looks like after a change. Revisions of a workload only grow; a reader keeps the greatest.
 *
 * @param state state of the run in lower case, see docs/spec/states.md
 * @param desired run, pause or cancel
 * @param reason why the run ended as it did; null while nothing went wrong
 */
public record WorkloadUpdated(
        UUID workloadId,
        int generation,
        long revision,
        String state,
        String desired,
        Counts counts,
        @Nullable String reason) {

    /** Items by state; {@code total} is null until the whole input has been read. */
    public record Counts(@Nullable Integer total, int completed, int failed, int cancelled) {}
}
