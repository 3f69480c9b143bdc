package io.selfcascade.diffusion.graph;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Locale;

/** Gives libtorch's failures their code. */
final class NativeFailure {

    private NativeFailure() {}

    static CascadeException of(String what, RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("out of memory") || lower.contains("can't allocate memory") || lower.contains("not enough memory")) {
            return new CascadeException(ErrorCode.DEVICE_OUT_OF_MEMORY,
                    "Cannot run " + what + ": the device's memory is full (use smaller batches or tiles)", failure);
        }
        return new CascadeException(ErrorCode.GRAPH_INVALID,
                "Cannot run " + what + ": " + message + " (check the sizes of the inputs)", failure);
    }
}
