package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.INVALID_VALUE;
import static io.selfcascade.platform.intake.Violation.Kind.MISSING_FIELD;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a workload request, from REST or Kafka alike, and refuses whatever is not exactly one. */
public final class WorkloadRequestReader {

    static final int MAX_NAME = 256;
    private static final String TENANT = "[a-z0-9][a-z0-9._-]{0,62}";
    private static final int MAX_REFERENCE = 1024;
    private static final int DEFAULT_PRIORITY = 5;
    private static final String FIXED_TIME = "A fixed time, which most runs would begin after (leave it out)";

    private final IntakeLimits limits;

    public WorkloadRequestReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body of unknown length; never takes more than the limit from the stream.
     *
     * @throws InvalidRequestException INVALID_REQUEST with up to 100 violations, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public WorkloadRequest read(InputStream body) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        WorkloadRequest request = request(fields, true);
        violations.throwIfAny();
        return Objects.requireNonNull(request);
    }

    /** As {@link #read(InputStream)}, from bytes already in memory; null or empty is refused like any other non-object. */
    public WorkloadRequest read(byte @Nullable [] body) {
        try {
            return read(new ByteArrayInputStream(body == null ? new byte[0] : body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The workload of a schedule, which comes again and again. */
    @Nullable WorkloadRequest template(JsonFields fields) {
        if (fields.has("deadline")) {
            fields.refuse("deadline", INVALID_VALUE, FIXED_TIME);
        }
        return request(fields, true);
    }

    /** As {@link #template}, for items that come from elsewhere. */
    @Nullable WorkloadRequest templateWithoutItems(JsonFields fields) {
        for (String name : List.of("items", "items_file", "deadline")) {
            if (fields.has(name)) {
                fields.refuse(name, INVALID_VALUE, name.equals("deadline")
                        ? FIXED_TIME : "The records of the topic are the items (leave it out)");
            }
        }
        return request(fields, false);
    }

    private @Nullable WorkloadRequest request(JsonFields fields, boolean bringsItems) {
        String name = fields.text("name", MAX_NAME);
        String tenant = tenant(fields);
        fields.require("model", "the id of a model, see GET /v1/models");
        String model = fields.text("model", MAX_NAME);
        fields.require("cascade", "for example {\"preset\": \"fast\", \"target\": {\"width\": 512, \"height\": 512}}");
        CascadeRequest cascade =
                fields.object("cascade", cascadeFields -> CascadeFields.read(cascadeFields, limits.imagePixels()));
        List<ItemRequest> items = bringsItems ? items(fields) : null;
        String itemsFile = fields.text("items_file", MAX_REFERENCE);
        Integer priority = fields.integer("priority", 0, 9);
        Boolean previews = fields.flag("previews");
        Instant deadline = fields.instant("deadline");
        Long seed = fields.seed("seed");
        KeepPivots keepPivots = fields.choice("keep_pivots", KeepPivots.class);
        Determinism determinism = fields.choice("determinism", Determinism.class);
        Integer stopAfter = fields.integer("stop_after", 0, CascadeFields.MAX_STAGES - 1);
        BigDecimal maxFailureRatio = fields.ratio("max_failure_ratio");
        fields.refuseUnread();
        if (model == null || cascade == null) {
            return null;
        }
        return new WorkloadRequest(
                name,
                Objects.requireNonNullElse(tenant, RequestIdentity.DEFAULT_TENANT),
                model,
                cascade,
                items,
                itemsFile,
                Objects.requireNonNullElse(priority, DEFAULT_PRIORITY),
                Objects.requireNonNullElse(previews, false),
                deadline,
                seed,
                keepPivots,
                Objects.requireNonNullElse(determinism, Determinism.STANDARD),
                stopAfter,
                maxFailureRatio);
    }

    private static @Nullable String tenant(JsonFields fields) {
        String tenant = fields.text("tenant", MAX_NAME);
        if (tenant != null && !tenant.matches(TENANT)) {
            fields.refuse("tenant", INVALID_VALUE,
                    "Expected 1 to 63 lower-case letters, digits, '.', '_' and '-', of which the first is a letter or digit");
            return null;
        }
        return tenant;
    }

    private @Nullable List<ItemRequest> items(JsonFields fields) {
        Set<String> ids = new HashSet<>();
        List<ItemRequest> items = fields.objects(
                "items", limits.items(), item -> ItemFields.read(item, limits.promptCharacters(), ids::add));
        if (fields.has("items") == fields.has("items_file")) {
            fields.refuse("items", fields.has("items") ? INVALID_VALUE : MISSING_FIELD,
                    "Expected either items or items_file (send one of the two)");
        } else if (fields.values().get("items") instanceof List<?> none && none.isEmpty()) {
            fields.refuse("items", INVALID_VALUE, "No items (send at least one)");
        }
        return items;
    }
}
