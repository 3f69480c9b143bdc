package io.selfcascade.platform.trigger;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** Puts the date of a run where a name or a folder says {@code {date}}. */
final class DatePlaceholder {

    private static final String DATE = "{date}";

    private DatePlaceholder() {}

    /** @return the text with the run's date in place of every placeholder: {@code nightly 2026-11-25} */
    static @Nullable String fill(@Nullable String text, LocalDateTime logicalDate) {
        return text == null ? null : text.replace(DATE, logicalDate.toLocalDate().toString());
    }

    static boolean isIn(String text) {
        return text.contains(DATE);
    }
}
