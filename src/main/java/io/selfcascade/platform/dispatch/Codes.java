package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.ErrorCode;
import java.util.Locale;

/** Error codes as columns and messages hold them. */
final class Codes {

    private Codes() {}

    static String stored(ErrorCode code) {
        return code.name().toLowerCase(Locale.ROOT);
    }

    static String storedClass(ErrorCode code) {
        return code.failureClass().name().toLowerCase(Locale.ROOT);
    }
}
