package io.selfcascade.platform.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which items of a workload an operation on many means; every null matches all.
 *
 * @param state failed or cancelled, of a retry
 * @param errorCode of the item, or of the last attempt of one that is pending
 * @param items ordinals
 * @param generation the generation that a retry begins; sent again it then changes nothing
 */
public record ItemFilter(@Nullable String state, @Nullable String errorClass, @Nullable String errorCode,
        @Nullable String customIdPrefix, @Nullable List<Integer> items, @Nullable Integer generation) {

    public ItemFilter {
        items = items == null ? null : List.copyOf(items);
    }
}
