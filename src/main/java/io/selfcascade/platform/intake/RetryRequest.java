package io.selfcascade.platform.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/workloads/{id}/retry}.
 *
 * @param items ordinals to run again; null for every item that failed or was cancelled
 * @param generation the generation this begins; sent again it then changes nothing. Null: whichever is next
 */
public record RetryRequest(@Nullable List<Integer> items, @Nullable Integer generation) {

    public static final RetryRequest EVERYTHING = new RetryRequest(null, null);

    public RetryRequest {
        items = items == null ? null : List.copyOf(items);
    }
}
