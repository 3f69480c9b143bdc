package io.selfcascade.platform.admin;

import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.spec.ErrorCode;

/** Checks the parameters every list has. */
final class Paging {

    static final String DEFAULT_LIMIT = "20";
    private static final int MOST = 100;

    private Paging() {}

    static int limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/limit", Violation.Kind.OUT_OF_RANGE,
                    "Invalid limit: " + limit + " (expected 1 to " + MOST + ")");
        }
        return limit;
    }
}
