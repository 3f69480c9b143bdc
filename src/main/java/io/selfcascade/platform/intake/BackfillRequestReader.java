package io.selfcascade.platform.intake;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the body of a backfill as strictly as that of a workload. */
public final class BackfillRequestReader {

    private static final int MAX_DATE = 10;

    private final IntakeLimits limits;

    public BackfillRequestReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public BackfillRequest read(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        LocalDate from = date(fields, "from");
        LocalDate to = date(fields, "to");
        fields.refuseUnread();
        if (from != null && to != null && to.isBefore(from)) {
            fields.refuse("to", Violation.Kind.OUT_OF_RANGE, to + " (expected no day before from, " + from + ")");
        }
        violations.throwIfAny();
        return new BackfillRequest(Objects.requireNonNull(from), Objects.requireNonNull(to));
    }

    private static @Nullable LocalDate date(JsonFields fields, String name) {
        fields.require(name, "a day, for example 2026-11-22");
        String text = fields.text(name, MAX_DATE);
        if (text == null) {
            return null;
        }
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            fields.refuse(name, Violation.Kind.INVALID_VALUE, "Not a day (expected for example 2026-11-22)");
            return null;
        }
    }
}
