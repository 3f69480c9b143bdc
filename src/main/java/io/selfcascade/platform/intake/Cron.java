package io.selfcascade.platform.intake;

import java.time.LocalDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * A cron expression over local times: five fields, or six with the seconds first. Which moment a local time is, and whether
 * there is one, a time zone says; this does not.
 */
public final class Cron {

    private final String text;
    private final CronExpression expression;

    private Cron(String text, CronExpression expression) {
        this.text = text;
        this.expression = expression;
    }

    /** @throws IllegalArgumentException if the text is no cron expression */
    public static Cron parse(String text) {
        String fields = text.strip();
        boolean hasSeconds = fields.startsWith("@") || fields.split("\\s+").length == 6;
        return new Cron(text, CronExpression.parse(hasSeconds ? fields : "0 " + fields));
    }

    /** @return the first local time after this one; empty if there is none */
    public Optional<LocalDateTime> next(LocalDateTime after) {
        return Optional.ofNullable(expression.next(after));
    }

    /** The expression as its user wrote it. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cron cron && cron.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
