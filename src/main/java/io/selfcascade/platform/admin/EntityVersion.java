package io.selfcascade.platform.admin;

import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.spec.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Reads the version an edit was made on. */
final class EntityVersion {

    private EntityVersion() {}

    /**
     * @param ifMatch the header If-Match
     * @return null if any version will do
     * @throws InvalidRequestException if it is no ETag of ours
     */
    static @Nullable Integer of(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        if (!ifMatch.matches("\"\\d{1,9}\"")) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/If-Match", Violation.Kind.INVALID_VALUE,
                    "Invalid If-Match: " + ifMatch + " (expected the ETag of GET, such as \"3\")");
        }
        return Integer.valueOf(ifMatch.substring(1, ifMatch.length() - 1));
    }
}
