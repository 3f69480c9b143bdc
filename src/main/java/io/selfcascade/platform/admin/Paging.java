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
        return within("limit", limit);
    }

    /** @throws InvalidRequestException if a number of things asked for is not 1 to 100 */
    static int within(String parameter, int number) {
        if (number < 1 || number > MOST) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/" + parameter, Violation.Kind.OUT_OF_RANGE,
                    "Invalid " + parameter + ": " + number + " (expected 1 to " + MOST + ")");
        }
        return number;
    }
}
