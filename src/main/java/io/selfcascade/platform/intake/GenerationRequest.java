package io.selfcascade.platform.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/workloads/{id}/retry} and {@code …/promote}: what the next generation of a workload runs.
 *
 * @param items ordinals; null for every item that can be retried, or promoted
 * @param generation the generation this begins; sent again it then changes nothing. Null: whichever is next
 */
public record GenerationRequest(@Nullable List<Integer> items, @Nullable Integer generation) {

    public static final GenerationRequest EVERYTHING = new GenerationRequest(null, null);

    public GenerationRequest {
        items = items == null ? null : List.copyOf(items);
    }
}
