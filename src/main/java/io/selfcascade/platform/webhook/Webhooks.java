package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.intake.WebhookRequest;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The webhooks of tenants: who is told of what. Secrets go in and are shown once; nothing here reads one again. */
public class Webhooks {

    private static final String COLUMNS = "id, url, states, enabled, disabled_reason, created_at";
    private static final List<String> ENDS =
            Arrays.stream(RunState.values()).filter(RunState::isTerminal).map(RunState::stored).toList();

    private final JdbcClient jdbc;
    private final WebhookTargets targets;
    private final int most;
    private final Supplier<UUID> ids;
    private final RandomGenerator random;

    /**
     * @param most webhooks of a tenant
     * @param random cannot be guessed
     */
    Webhooks(JdbcClient jdbc, WebhookTargets targets, int most, Supplier<UUID> ids, RandomGenerator random) {
        this.jdbc = jdbc;
        this.targets = targets;
        this.most = most;
        this.ids = ids;
        this.random = random;
    }

    /** A webhook with the secret that nobody will be shown again. */
    public record WithSecret(Webhook webhook, WebhookSecret secret) {}

    /**
     * Makes a webhook for the ends of workloads, or for the states the request names.
     *
     * @throws InvalidRequestException at {@code /url} or {@code /events/<n>} if it cannot be
     * @throws CascadeException CONFLICT if the tenant has as many as it may
     */
    public WithSecret create(String tenant, WebhookRequest request) {
        targets.requireAllowed(Objects.requireNonNull(request.url()));
        String[] states = states(request);
        WebhookSecret secret = WebhookSecret.draw(random);
        Optional<Webhook> made = jdbc.sql("""
                INSERT INTO webhook (id, tenant, url, states, secret, created_at)
                SELECT :id, :tenant, :url, :states, :secret, ledger_now()
                 WHERE (SELECT count(*) FROM webhook WHERE tenant = :tenant) < :most
                RETURNING %s
                """.formatted(COLUMNS))
                .param("id", ids.get()).param("tenant", tenant).param("url", request.url().toASCIIString())
                .param("states", states).param("secret", secret.reveal()).param("most", most)
                .query((rs, n) -> webhook(rs)).optional();
        return new WithSecret(made.orElseThrow(() -> new CascadeException(ErrorCode.CONFLICT,
                "Cannot make webhook: there are " + most + " (delete one, see GET /v1/webhooks)")), secret);
    }

    /** Changes what the request names. Enabling one sends what has waited meanwhile. */
    public Webhook edit(String tenant, UUID id, WebhookRequest request) {
        if (request.url() != null) {
            targets.requireAllowed(request.url());
        }
        return one(id, jdbc.sql("""
                UPDATE webhook SET url = coalesce(:url::text, url), states = coalesce(:states::text[], states),
                       enabled = coalesce(:enabled::boolean, enabled),
                       disabled_reason = CASE WHEN :enabled::boolean IS NULL THEN disabled_reason END
                 WHERE tenant = :tenant AND id = :id RETURNING %s
                """.formatted(COLUMNS))
                .param("url", request.url() == null ? null : request.url().toASCIIString())
                .param("states", request.events() == null ? null : states(request))
                .param("enabled", request.enabled())
                .param("tenant", tenant).param("id", id)
                .query((rs, n) -> webhook(rs)).optional());
    }

    /** Draws another secret. For a day messages are signed with both, so that the receiver can change over. */
    public WithSecret rotate(String tenant, UUID id) {
        WebhookSecret secret = WebhookSecret.draw(random);
        return new WithSecret(one(id, jdbc.sql("""
                UPDATE webhook SET former_secret = secret, former_secret_until = ledger_now() + interval '24 hours', secret = :secret
                 WHERE tenant = :tenant AND id = :id RETURNING %s
                """.formatted(COLUMNS))
                .param("secret", secret.reveal()).param("tenant", tenant).param("id", id)
                .query((rs, n) -> webhook(rs)).optional()), secret);
    }

    /** @throws CascadeException NOT_FOUND if the tenant has no such webhook */
    public Webhook get(String tenant, UUID id) {
        return one(id, jdbc.sql("SELECT " + COLUMNS + " FROM webhook WHERE tenant = :tenant AND id = :id")
                .param("tenant", tenant).param("id", id).query((rs, n) -> webhook(rs)).optional());
    }

    /** All of a tenant, newest first. */
    public List<Webhook> all(String tenant) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM webhook WHERE tenant = :tenant ORDER BY id DESC")
                .param("tenant", tenant).query((rs, n) -> webhook(rs)).list();
    }

    /** Forgets a webhook and all it was to be told. */
    public void delete(String tenant, UUID id) {
        int deleted = jdbc.sql("DELETE FROM webhook WHERE tenant = :tenant AND id = :id")
                .param("tenant", tenant).param("id", id).update();
        one(id, deleted == 1 ? Optional.of(id) : Optional.empty());
    }

    private static String[] states(WebhookRequest request) {
        List<String> events = request.events();
        if (events == null) {
            return ENDS.toArray(String[]::new);
        }
        List<String> known = Arrays.stream(RunState.values()).map(RunState::stored).toList();
        IntStream.range(0, events.size()).filter(i -> !known.contains(events.get(i))).findFirst().ifPresent(i -> {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/events/" + i, Violation.Kind.INVALID_VALUE,
                    "Unknown event (expected some of: " + String.join(", ", known) + ")");
        });
        return events.stream().distinct().toArray(String[]::new);
    }

    private static <T> T one(UUID id, Optional<T> found) {
        return found.orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find webhook: " + id + " (see GET /v1/webhooks)"));
    }

    private static Webhook webhook(ResultSet rs) throws SQLException {
        List<RunState> states = Arrays.stream((String[]) rs.getArray("states").getArray())
                .map(state -> StoredState.of(RunState.class, state)).toList();
        @Nullable String reason = rs.getString("disabled_reason");
        return new Webhook(rs.getObject("id", UUID.class), rs.getString("url"), states, rs.getBoolean("enabled"), reason,
                rs.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
