package io.selfcascade.platform.intake;

import java.io.IOException;
import java.io.InputStream;

/** Reads the body of a bulk redrive strictly: a misspelt filter must not send everything again. */
public final class DeadLetterFilterReader {

    private static final int MOST_TEXT = 249;

    private final IntakeLimits limits;

    public DeadLetterFilterReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public DeadLetterFilter read(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        Integer limit = fields.integer("limit", 1, DeadLetterFilter.MOST);
        DeadLetterFilter filter = new DeadLetterFilter(fields.text("topic", MOST_TEXT), fields.text("code", MOST_TEXT),
                fields.instant("before"), limit == null ? DeadLetterFilter.MOST : limit);
        fields.refuseUnread();
        violations.throwIfAny();
        return filter;
    }
}
