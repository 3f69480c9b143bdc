package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.Cron;
import io.selfcascade.platform.intake.OverlapPolicy;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.RequestJson;
import io.selfcascade.platform.intake.ScheduleRequest;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** What is to run when, as its user sent it and may edit it. How far it is stands in {@code schedule_timer}. */
@Entity
@Table(name = "schedule")
class Schedule {

    @Id
    private UUID id;

    private String tenant;
    private String name;
    private String cron;
    private String timeZone;

    @JdbcTypeCode(SqlTypes.JSON)
    private String source;

    private String overlapPolicy;
    @Column(name = "starting_deadline_s")
    private @Nullable Long startingDeadlineSeconds;

    private boolean enabled;
    private byte @Nullable [] declaredSha256;
    private Instant createdAt;

    // Null until the row exists: that is how Spring Data knows to insert.
    @Version
    private @Nullable Integer version;

    @SuppressWarnings("NullAway")
    Schedule(UUID id, String tenant, ScheduleRequest request, Instant now) {
        this.id = id;
        this.tenant = tenant;
        this.createdAt = now;
        edit(request);
    }

    /** For JPA. */
    @SuppressWarnings("NullAway")
    protected Schedule() {}

    final void edit(ScheduleRequest request) {
        name = request.name();
        cron = request.cron().text();
        timeZone = request.timeZone().getId();
        source = RequestJson.write(request.source());
        overlapPolicy = request.overlapPolicy().name().toLowerCase(Locale.ROOT);
        startingDeadlineSeconds = request.startingDeadline() == null ? null : request.startingDeadline().toSeconds();
        enabled = request.enabled();
    }

    void enable(boolean isEnabled) {
        enabled = isEnabled;
    }

    /** Whether the file that declares it has been read before as it is now. */
    boolean isDeclaredBy(byte[] sha256) {
        return Arrays.equals(declaredSha256, sha256);
    }

    void declaredBy(byte[] sha256) {
        declaredSha256 = sha256.clone();
    }

    /** The schedule as its user asked for it. */
    ScheduleRequest request(ScheduleRequestReader reader) {
        return new ScheduleRequest(name, Cron.parse(cron), ZoneId.of(timeZone), reader.readSource(source), overlapPolicy(),
                startingDeadline(), enabled);
    }

    /** What each run is made of, as {@link ScheduleRequestReader#readSource} reads it. */
    String sourceJson() {
        return source;
    }

    CronTimes times() {
        return new CronTimes(Cron.parse(cron), zone());
    }

    UUID id() {
        return id;
    }

    String tenant() {
        return tenant;
    }

    ZoneId zone() {
        return ZoneId.of(timeZone);
    }

    OverlapPolicy overlapPolicy() {
        return OverlapPolicy.valueOf(overlapPolicy.toUpperCase(Locale.ROOT));
    }

    @Nullable Duration startingDeadline() {
        return startingDeadlineSeconds == null ? null : Duration.ofSeconds(startingDeadlineSeconds);
    }

    boolean isEnabled() {
        return enabled;
    }

    Instant createdAt() {
        return createdAt;
    }

    int version() {
        return version == null ? 0 : version;
    }

    /** Who sends the workloads of a schedule, as intake knows senders. */
    String sender() {
        return RequestIdentity.SCHEDULES + id;
    }
}
