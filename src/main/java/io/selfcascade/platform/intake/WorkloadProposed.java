package io.selfcascade.platform.intake;

import io.selfcascade.platform.model.ModelRegistration;
import org.jspecify.annotations.Nullable;

/**
 * A workload might be submitted later. Who would have to plan it says now, by an exception, that it could not be accepted;
 * nothing is written.
 *
 * @param stopAfter the stage whose pivots become drafts; null if every item goes to its full size
 * @param items how many it would have
 * @param freeBytes room in the artifact store
 */
public record WorkloadProposed(
        ModelRegistration model,
        CascadeRequest cascade,
        @Nullable Integer stopAfter,
        Determinism determinism,
        int items,
        long freeBytes) {}
