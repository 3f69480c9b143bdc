package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;

/** A request that cannot be accepted, with everything that is wrong with it. */
public class InvalidRequestException extends CascadeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    /** @param violations at least one */
    public InvalidRequestException(List<Violation> violations) {
        this(ErrorCode.INVALID_REQUEST, violations);
    }

    /** @param code INVALID_REQUEST, or what says more: TOO_LARGE, INVALID_SIZE, INVALID_IMAGE, NOT_FOUND */
    public InvalidRequestException(ErrorCode code, List<Violation> violations) {
        super(code, summary(violations));
        this.violations = List.copyOf(violations);
    }

    /** A request with a single mistake. */
    public static InvalidRequestException of(ErrorCode code, String pointer, Violation.Kind kind, String detail) {
        return new InvalidRequestException(code, List.of(new Violation(pointer, kind, detail)));
    }

    public List<Violation> violations() {
        return violations;
    }

    private static String summary(List<Violation> violations) {
        Violation first = violations.get(0);
        String where = first.pointer().isEmpty() ? "" : first.pointer() + ": ";
        String rest = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
        return "Invalid request: " + where + first.detail() + rest;
    }
}
