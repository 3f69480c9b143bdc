package io.selfcascade.platform.intake;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workload as its user asks for it: the body of {@code POST /v1/workloads} and the value of a Kafka record.
 *
 * @param tenant for whom it is: a label by which workers are shared and limits kept
 * @param model id in the registry
 * @param items the items themselves; null exactly if {@code itemsFile} names them
 * @param itemsFile reference of an uploaded JSONL file with one item a line
 * @param priority 0 (last) to 9 (first)
 * @param previews whether the user wants to see the pivots of early stages as pictures
 * @param deadline after which unfinished items are cancelled
 * @param seed from which the seeds of items without one are derived; null to draw it at intake
 * @param keepPivots null to decide by the number of items
 * @param stopAfter the stage whose pivots become drafts, of which people then promote those they want at full size; null to
 *     take every item to its full size at once
 * @param maxFailureRatio the share of items, above 0 and up to 1, beyond which failed ones end the workload; null never to
 */
public record WorkloadRequest(
        @Nullable String name,
        String tenant,
        String model,
        CascadeRequest cascade,
        @Nullable List<ItemRequest> items,
        @Nullable String itemsFile,
        int priority,
        boolean previews,
        @Nullable Instant deadline,
        @Nullable Long seed,
        @Nullable KeepPivots keepPivots,
        Determinism determinism,
        @Nullable Integer stopAfter,
        @Nullable BigDecimal maxFailureRatio) {

    public WorkloadRequest {
        items = items == null ? null : List.copyOf(items);
    }

    /** The same request under another name. */
    public WorkloadRequest named(@Nullable String newName) {
        return new WorkloadRequest(newName, tenant, model, cascade, items, itemsFile, priority, previews, deadline, seed, keepPivots,
                determinism, stopAfter, maxFailureRatio);
    }
}
