package io.selfcascade.platform.intake;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * A request as its user sent it and may edit it. How far its work is stands in the ledger's own tables, so that edits and
 * progress never meet in one row.
 */
@Entity
@Table(name = "workload")
public class Workload {

    @Id
    private UUID id;

    private String tenant;
    private String source;
    private String requestKey;
    private byte[] requestSha256;
    private @Nullable String name;
    private String model;

    @JdbcTypeCode(SqlTypes.JSON)
    private String cascade;

    private String itemsKey;
    private short priority;
    private @Nullable Instant deadline;
    private String keepPivots;
    private long seed;
    private boolean previews;
    private String determinism;
    private @Nullable Short stopAfter;
    private @Nullable BigDecimal maxFailureRatio;
    private Instant createdAt;

    // Null until the row exists: that is how Spring Data knows to insert.
    @Version
    private @Nullable Integer version;

    Workload(
            UUID id, RequestIdentity identity, WorkloadRequest request, long seed, KeepPivots keepPivots, String itemsKey, Instant now) {
        this.id = id;
        this.tenant = request.tenant();
        this.source = identity.source();
        this.requestKey = identity.key();
        this.requestSha256 = RequestDigest.of(request);
        this.name = request.name();
        this.model = request.model();
        this.cascade = RequestJson.write(request.cascade());
        this.itemsKey = itemsKey;
        this.priority = (short) request.priority();
        this.deadline = request.deadline();
        this.keepPivots = JsonFields.lower(keepPivots);
        this.seed = seed;
        this.previews = request.previews();
        this.determinism = JsonFields.lower(request.determinism());
        this.stopAfter = request.stopAfter() == null ? null : request.stopAfter().shortValue();
        this.maxFailureRatio = request.maxFailureRatio();
        this.createdAt = now;
    }

    /** For JPA. */
    @SuppressWarnings("NullAway")
    protected Workload() {}

    /** Whether {@code request} is the one this workload was made from. */
    boolean answers(WorkloadRequest request) {
        return Arrays.equals(requestSha256, RequestDigest.of(request));
    }

    void edit(WorkloadEdit edit) {
        name = edit.name() == null ? name : edit.name();
        priority = edit.priority() == null ? priority : edit.priority().shortValue();
        deadline = edit.deadline() == null ? deadline : edit.deadline();
    }

    public UUID id() {
        return id;
    }

    public String tenant() {
        return tenant;
    }

    public @Nullable String name() {
        return name;
    }

    public String model() {
        return model;
    }

    /** The {@code cascade} of the request, as JSON. */
    public String cascadeJson() {
        return cascade;
    }

    /** Key of the items, as JSONL in the artifact store. */
    public String itemsKey() {
        return itemsKey;
    }

    public int priority() {
        return priority;
    }

    public @Nullable Instant deadline() {
        return deadline;
    }

    public KeepPivots keepPivots() {
        return KeepPivots.valueOf(keepPivots.toUpperCase(Locale.ROOT));
    }

    /** From which the seeds of items without one are derived; 64 bits, to be read as unsigned. */
    public long seed() {
        return seed;
    }

    public boolean previews() {
        return previews;
    }

    public Determinism determinism() {
        return Determinism.valueOf(determinism.toUpperCase(Locale.ROOT));
    }

    /** The stage whose pivots become drafts; null if every item goes to its full size. */
    public @Nullable Integer stopAfter() {
        return stopAfter == null ? null : stopAfter.intValue();
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** Grows with every edit. */
    public int version() {
        return version == null ? 0 : version;
    }
}
