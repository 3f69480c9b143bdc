package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list. The next one begins after {@code last_id}.
 *
 * @param <T> element
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PageBody<T>(
        List<T> data,
        @JsonProperty("has_more") boolean hasMore,
        @JsonProperty("first_id") @Nullable String firstId,
        @JsonProperty("last_id") @Nullable String lastId) {

    /** @param found up to one more than {@code limit}: the extra one tells that there are more */
    static <T> PageBody<T> of(List<T> found, int limit, Function<T, Object> id) {
        List<T> data = found.size() > limit ? found.subList(0, limit) : found;
        String first = data.isEmpty() ? null : id.apply(data.get(0)).toString();
        String last = data.isEmpty() ? null : id.apply(data.get(data.size() - 1)).toString();
        return new PageBody<>(data, found.size() > limit, first, last);
    }
}
