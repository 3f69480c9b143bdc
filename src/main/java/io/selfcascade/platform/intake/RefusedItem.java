package io.selfcascade.platform.intake;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line that is no valid item.
 *
 * @param customId the line's own name, where that much could be read
 * @param violations at least one
 */
public record RefusedItem(int ordinal, int line, @Nullable String customId, List<Violation> violations)
        implements ParsedItem {

    private static final int SHOWN = 5;

    public RefusedItem {
        violations = List.copyOf(violations);
    }

    /** What is wrong, in one line for a person. */
    public String detail() {
        String shown = violations.stream()
                .limit(SHOWN)
                .map(violation -> (violation.pointer().isEmpty() ? "" : violation.pointer() + ": ") + violation.detail())
                .collect(Collectors.joining("; "));
        return "Line " + line + ": " + shown + (violations.size() > SHOWN ? "; …" : "");
    }
}
