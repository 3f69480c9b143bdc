package io.selfcascade.platform.intake;

import java.io.IOException;
import java.io.InputStream;

/** Reads an edit as strictly as the workload itself. */
public final class WorkloadEditReader {

    private final IntakeLimits limits;

    public WorkloadEditReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public WorkloadEdit read(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        WorkloadEdit edit = new WorkloadEdit(fields.text("name", WorkloadRequestReader.MAX_NAME),
                fields.integer("priority", 0, 9), fields.instant("deadline"));
        fields.refuseUnread();
        violations.throwIfAny();
        return edit;
    }
}
