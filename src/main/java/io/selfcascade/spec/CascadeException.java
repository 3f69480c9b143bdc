package io.selfcascade.spec;

import org.jspecify.annotations.Nullable;

/** A failure with a code. The message says what, where, the value and the remedy. */
public class CascadeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public CascadeException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public CascadeException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
