package io.selfcascade.platform.intake;

import io.selfcascade.spec.ErrorCode;

/**
 * What makes two requests of a tenant the same one.
 *
 * @param source who assigned the key: the CloudEvents source, or {@code rest}
 * @param key the CloudEvents id or the Idempotency-Key
 */
public record RequestIdentity(String source, String key) {

    public static final String DEFAULT_TENANT = "default";
    public static final String REST = "rest";
    /** Begins the source of whatever a schedule sends; nobody else may use it, or could take a night's place. */
    public static final String SCHEDULES = "selfcascade/schedules/";

    private static final int MAX_LENGTH = 255;

    public RequestIdentity {
        requireName("source", source);
        requireName("key", key);
    }

    private static void requireName(String what, String value) {
        boolean printable = value.chars().noneMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
        if (value.isBlank() || value.length() > MAX_LENGTH || !printable) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "", Violation.Kind.INVALID_VALUE,
                    "Invalid request " + what + " (expected 1 to " + MAX_LENGTH + " printable characters)");
        }
    }
}
