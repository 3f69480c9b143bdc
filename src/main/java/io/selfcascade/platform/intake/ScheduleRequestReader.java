package io.selfcascade.platform.intake;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;

/** Reads schedules, and edits of them, and refuses whatever is not exactly one. */
public final class ScheduleRequestReader {

    private final IntakeLimits limits;
    private final ScheduleFields schedules;

    public ScheduleRequestReader(IntakeLimits limits) {
        this.limits = limits;
        this.schedules = new ScheduleFields(new WorkloadRequestReader(limits));
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public ScheduleRequest read(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        return schedule(fields, violations);
    }

    /**
     * Reads an edit: a merge patch, of which only that it is one JSON object can be checked yet.
     *
     * @throws InvalidRequestException as {@link #read}
     * @throws IOException if the stream cannot be read
     */
    public SchedulePatch readPatch(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        return new SchedulePatch(fields.values());
    }

    /**
     * Applies an edit. A field that is absent stays as it is, null takes it away; the whole that results is checked like a
     * new schedule.
     *
     * @throws InvalidRequestException as {@link #read}
     * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>
     */
    public ScheduleRequest patched(ScheduleRequest current, SchedulePatch patch) {
        Violations violations = new Violations();
        JsonFields whole = StrictJson.read(RequestJson.write(current), violations);
        return schedule(new JsonFields(patch.applyTo(whole.values()), "", violations), violations);
    }

    /** Reads back what {@link RequestJson#write(ScheduleSource)} has written. */
    public ScheduleSource readSource(String json) {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(json.getBytes(StandardCharsets.UTF_8), violations);
        ScheduleSource source = schedules.source(fields);
        violations.throwIfAny();
        return Objects.requireNonNull(source);
    }

    private ScheduleRequest schedule(JsonFields fields, Violations violations) {
        String name = ScheduleFields.name(fields);
        Cron cron = ScheduleFields.cron(fields);
        ZoneId timeZone = ScheduleFields.timeZone(fields);
        ScheduleSource source = schedules.source(fields);
        OverlapPolicy overlap = fields.choice("overlap_policy", OverlapPolicy.class);
        Duration startingDeadline = ScheduleFields.startingDeadline(fields);
        Boolean enabled = fields.flag("enabled");
        fields.refuseUnread();
        violations.throwIfAny();
        return new ScheduleRequest(
                Objects.requireNonNull(name),
                Objects.requireNonNull(cron),
                Objects.requireNonNull(timeZone),
                Objects.requireNonNull(source),
                Objects.requireNonNullElse(overlap, OverlapPolicy.FORBID),
                startingDeadline,
                Objects.requireNonNullElse(enabled, true));
    }
}
