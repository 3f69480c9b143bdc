package io.selfcascade.platform.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/** Reads the body of a retry or a promotion as strictly as that of a workload. No body at all means everything. */
public final class GenerationRequestReader {

    private final IntakeLimits limits;

    public GenerationRequestReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public GenerationRequest read(InputStream body) throws IOException {
        PushbackInputStream ahead = new PushbackInputStream(body);
        int first = ahead.read();
        if (first < 0) {
            return GenerationRequest.EVERYTHING;
        }
        ahead.unread(first);
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(ahead, limits.bodyBytes(), violations);
        violations.throwIfAny();
        GenerationRequest request = new GenerationRequest(fields.integers("items", limits.items(), 0, Integer.MAX_VALUE),
                fields.integer("generation", 2, Integer.MAX_VALUE));
        fields.refuseUnread();
        violations.throwIfAny();
        return request;
    }
}
