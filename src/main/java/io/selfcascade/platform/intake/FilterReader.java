package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.MISSING_FIELD;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;

/**
 * Reads the body of an operation on many workloads, or many items, strictly: a misspelt or forgotten filter must not hit all
 * of them, so at least one criterion is demanded.
 */
public final class FilterReader {

    private static final int MOST_TEXT = 256;
    private static final int MOST_STATES = 8;

    private final IntakeLimits limits;

    public FilterReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public WorkloadFilter workloads(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        List<String> states = fields.texts("state", MOST_STATES);
        Integer limit = fields.integer("limit", 1, WorkloadFilter.MOST);
        UUID after = fields.uuid("after");
        WorkloadFilter filter = new WorkloadFilter(fields.text("tenant", MOST_TEXT), states == null ? List.of() : states,
                fields.text("name_prefix", MOST_TEXT), fields.text("model", MOST_TEXT), fields.integer("priority", 0, 9),
                fields.instant("created_after"), fields.instant("created_before"), after,
                limit == null ? WorkloadFilter.MOST : limit);
        demand(fields, violations, "tenant", "state", "name_prefix", "model", "priority", "created_after", "created_before");
        fields.refuseUnread();
        violations.throwIfAny();
        return filter;
    }

    /** The same for items of one workload. */
    public ItemFilter items(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        ItemFilter filter = new ItemFilter(fields.text("state", MOST_TEXT), fields.text("error_class", MOST_TEXT),
                fields.text("error_code", MOST_TEXT), fields.text("custom_id_prefix", MOST_TEXT),
                fields.integers("items", limits.items(), 0, Integer.MAX_VALUE), fields.integer("generation", 2, Integer.MAX_VALUE));
        demand(fields, violations, "state", "error_class", "error_code", "custom_id_prefix", "items");
        fields.refuseUnread();
        violations.throwIfAny();
        return filter;
    }

    private static void demand(JsonFields fields, Violations violations, String... criteria) {
        for (String criterion : criteria) {
            if (fields.has(criterion)) {
                return;
            }
        }
        violations.add("", MISSING_FIELD, "No criterion (name at least one of: " + String.join(", ", criteria) + ")");
    }
}
