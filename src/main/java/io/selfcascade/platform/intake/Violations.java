package io.selfcascade.platform.intake;

import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a request, up to a limit: people want the whole list, but not of a million lines. */
final class Violations {

    static final int LIMIT = 100;

    private final List<Violation> found = new ArrayList<>();

    void add(String pointer, Violation.Kind kind, String detail) {
        if (found.size() < LIMIT) {
            found.add(new Violation(pointer, kind, detail));
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    boolean isFull() {
        return found.size() == LIMIT;
    }

    List<Violation> list() {
        return List.copyOf(found);
    }

    /** @throws InvalidRequestException if anything was found */
    void throwIfAny() {
        if (!found.isEmpty()) {
            boolean large = found.get(0).kind() == Violation.Kind.TOO_LARGE;
            throw new InvalidRequestException(large ? ErrorCode.TOO_LARGE : ErrorCode.INVALID_REQUEST, found);
        }
    }
}
