package io.selfcascade.platform.intake;

import io.selfcascade.platform.model.ModelRegistration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A workload's row has been inserted and its transaction is still open. Who listens adds the rows that make it run, in the
 * same transaction and on the same thread; an exception from a listener means the workload was never accepted.
 *
 * @param stopAfter the stage whose pivots become drafts; null if every item goes to its full size
 * @param items how many it has
 * @param freeBytes room in the artifact store, its items already being there
 */
public record WorkloadAccepted(
        UUID workloadId,
        String tenant,
        int priority,
        ModelRegistration model,
        CascadeRequest cascade,
        @Nullable Integer stopAfter,
        Determinism determinism,
        int items,
        long freeBytes) {}
