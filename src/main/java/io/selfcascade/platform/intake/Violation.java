package io.selfcascade.platform.intake;

import java.util.Locale;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer where, as a JSON pointer (RFC 6901); empty for the whole document
 * @param detail what is wrong and, in parentheses, the remedy
 */
public record Violation(String pointer, Kind kind, String detail) {

    /** The stable code of the violation, for programs: {@code unknown_field}. */
    public String code() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** What kinds of mistakes there are. */
    public enum Kind {
        MALFORMED_JSON,
        DUPLICATE_FIELD,
        UNKNOWN_FIELD,
        MISSING_FIELD,
        WRONG_TYPE,
        INVALID_VALUE,
        OUT_OF_RANGE,
        FORBIDDEN_CHARACTER,
        TOO_LONG,
        TOO_DEEP,
        TOO_LARGE,
        DUPLICATE_ID,
        UNKNOWN_MODEL,
        NOT_FOUND
    }
}
