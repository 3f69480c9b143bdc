package io.selfcascade.diffusion.graph;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/** The failures of a wrong model definition, all met while it is built and before any weight is read. */
final class Definition {

    private Definition() {}

    static CascadeException channels(String what, int wanted, int got) {
        return new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot apply " + what + ": it takes " + wanted
                + " channels, the value has " + got + " (check the sizes in the model's configuration)");
    }

    static void check(String what, int wanted, int got) {
        if (wanted != got) {
            throw channels(what, wanted, got);
        }
    }

    static CascadeException invalid(String message) {
        return new CascadeException(ErrorCode.GRAPH_INVALID, message);
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw invalid(message);
        }
    }
}
