package io.selfcascade.platform.intake;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An edit of a schedule, not yet applied to any.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396, JSON Merge Patch</a>
 */
public final class SchedulePatch {

    private final Map<String, @Nullable Object> values;

    SchedulePatch(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    Map<String, @Nullable Object> applyTo(Map<String, @Nullable Object> whole) {
        return merge(whole, values);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> merge(Map<String, @Nullable Object> whole, Map<String, @Nullable Object> patch) {
        Map<String, @Nullable Object> merged = new LinkedHashMap<>(whole);
        patch.forEach((name, value) -> {
            if (value == null) {
                merged.remove(name);
            } else if (value instanceof Map && merged.get(name) instanceof Map) {
                merged.put(name, merge((Map<String, @Nullable Object>) merged.get(name), (Map<String, @Nullable Object>) value));
            } else {
                merged.put(name, value);
            }
        });
        return merged;
    }
}
