package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.dispatch.WorkloadChanges;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What webhooks are told: written with the change of a workload, claimed by one sender at a time, settled, asked for again. */
public class WebhookDeliveries implements WorkloadChanges {

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    WebhookDeliveries(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** Writes down whom to tell, once for each state of a generation. An edit of a workload that ended long ago tells nobody. */
    @Override
    public void changed(UUID workload, long revision) {
        jdbc.sql("""
                INSERT INTO webhook_delivery (webhook_id, workload_id, generation, run_state, body, next_at, created_at)
                SELECT h.id, r.workload_id, r.generation, r.state,
                       jsonb_build_object('type', 'workload.' || r.state, 'data', e.body, 'timestamp',
                                          to_char(ledger_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text,
                       ledger_now(), ledger_now()
                  FROM workload_run r
                  JOIN workload_event e ON e.workload_id = r.workload_id AND e.revision = :revision
                  JOIN workload w ON w.id = r.workload_id
                  JOIN webhook h ON h.tenant = w.tenant AND h.enabled AND r.state = ANY(h.states)
                 WHERE r.workload_id = :workload
                   AND (r.finished_at IS NULL OR r.finished_at > ledger_now() - interval '1 minute')
                    ON CONFLICT ON CONSTRAINT webhook_delivery_once DO NOTHING
                """)
                .param("workload", workload).param("revision", revision).update();
    }

    /** Those of a workload, newest first; at most 100. */
    public List<WebhookDelivery> of(UUID workload) {
        return jdbc.sql("SELECT * FROM webhook_delivery WHERE workload_id = :workload ORDER BY id DESC LIMIT 100")
                .param("workload", workload).query((rs, n) -> delivery(rs)).list();
    }

    /**
     * Has a delivery sent once more, now and with all its attempts, under the id it had.
     *
     * @throws CascadeException NOT_FOUND if the workload has no such delivery; CONFLICT while it is being sent
     */
    public WebhookDelivery redeliver(UUID workload, long id) {
        return transactions.execute(status -> {
            WebhookDelivery found = jdbc.sql("SELECT * FROM webhook_delivery WHERE workload_id = :workload AND id = :id FOR UPDATE")
                    .param("workload", workload).param("id", id).query((rs, n) -> delivery(rs)).optional()
                    .orElseThrow(() -> new CascadeException(ErrorCode.NOT_FOUND, "Cannot find delivery: " + id
                            + " (see GET /v1/workloads/" + workload + "/webhook-deliveries)"));
            if (found.state() == WebhookDeliveryState.SENDING) {
                throw new CascadeException(
                        ErrorCode.CONFLICT, "Cannot send delivery again: " + id + " is being sent (ask again in a minute)");
            }
            return jdbc.sql("""
                    UPDATE webhook_delivery SET state = 'waiting', next_at = ledger_now(), attempts = 0 WHERE id = :id RETURNING *
                    """)
                    .param("id", id).query((rs, n) -> delivery(rs)).single();
        });
    }

    /**
     * Takes what is due, each for this process alone until its lease ends; what a dead sender held is due again then.
     *
     * @param most in all
     * @param each to one webhook at the same time, by all processes together
     */
    List<DueDelivery> claim(int most, int each, Duration lease) {
        return transactions.execute(status -> {
            // Locked first: whoever counts what a webhook is being sent is the only one who does. SKIP LOCKED: another
            // process is about to send to that one. Not so strong that a change of a workload would wait to refer to it.
            UUID[] free = jdbc.sql("""
                    SELECT h.id FROM webhook h
                     WHERE h.enabled AND EXISTS (SELECT FROM webhook_delivery d WHERE d.webhook_id = h.id
                                                    AND d.state IN ('waiting', 'sending') AND d.next_at <= ledger_now())
                     ORDER BY (SELECT min(d.next_at) FROM webhook_delivery d
                                WHERE d.webhook_id = h.id AND d.state IN ('waiting', 'sending'))
                     LIMIT 100 FOR NO KEY UPDATE SKIP LOCKED
                    """)
                    .query(UUID.class).stream().toArray(UUID[]::new);
            return jdbc.sql("""
                    UPDATE webhook_delivery d
                       SET state = 'sending', claims = claims + 1, attempts = attempts + 1,
                           attempted_at = ledger_now(), next_at = ledger_now() + :lease * interval '1 millisecond'
                      FROM (SELECT due.id FROM unnest(:free::uuid[]) AS f(webhook)
                             CROSS JOIN LATERAL (
                                   SELECT id, next_at FROM webhook_delivery
                                    WHERE webhook_id = f.webhook AND state IN ('waiting', 'sending') AND next_at <= ledger_now()
                                    ORDER BY next_at, id
                                    LIMIT greatest(0, :each - (SELECT count(*) FROM webhook_delivery
                                                                WHERE webhook_id = f.webhook AND state = 'sending'
                                                                  AND next_at > ledger_now()))) AS due
                             ORDER BY due.next_at, due.id LIMIT :most) AS mine,
                           webhook h
                     WHERE d.id = mine.id AND h.id = d.webhook_id
                    RETURNING d.id, d.message_id, d.webhook_id, h.url, d.body, d.claims, d.attempts, h.secret,
                              CASE WHEN h.former_secret_until > ledger_now() THEN h.former_secret END AS former
                    """)
                    .param("free", free).param("each", each).param("most", most).param("lease", lease.toMillis())
                    .query((rs, n) -> due(rs)).list();
        });
    }

    /** Notes an answer. @param again until the next attempt, where this one failed; empty gives up */
    void settle(DueDelivery sent, Answer answer, Optional<Duration> again) {
        transactions.executeWithoutResult(status -> {
            if (answer.isGone()) {
                jdbc.sql("UPDATE webhook SET enabled = false, disabled_reason = 'gone' WHERE id = :id AND enabled")
                        .param("id", sent.webhook()).update();
            }
            boolean isLast = answer.isTaken() || answer.isGone() || again.isEmpty();
            jdbc.sql("""
                    UPDATE webhook_delivery
                       SET state = :state, next_at = ledger_now() + :wait * interval '1 millisecond',
                           last_status = :status, last_error = :error
                     WHERE id = :id AND claims = :claim AND state = 'sending'
                    """)
                    .param("state", isLast ? (answer.isTaken() ? "delivered" : "dead") : "waiting")
                    .param("wait", isLast ? 0 : again.get().toMillis())
                    .param("status", answer.status()).param("error", answer.error())
                    .param("id", sent.id()).param("claim", sent.claim())
                    .update();
        });
    }

    /** @return number of deliveries deleted: settled ones, and those of webhooks that stayed disabled */
    int clean(Duration retention) {
        return jdbc.sql("""
                DELETE FROM webhook_delivery d USING webhook h
                 WHERE h.id = d.webhook_id AND (d.state IN ('delivered', 'dead') OR NOT h.enabled)
                   AND d.next_at < ledger_now() - :retention * interval '1 second'
                """)
                .param("retention", retention.toSeconds()).update();
    }

    private static DueDelivery due(ResultSet rs) throws SQLException {
        List<WebhookSecret> secrets = Stream.of(rs.getString("secret"), rs.getString("former"))
                .filter(secret -> secret != null).map(WebhookSecret::of).toList();
        return new DueDelivery(rs.getLong("id"), rs.getObject("message_id", UUID.class), rs.getObject("webhook_id", UUID.class),
                URI.create(rs.getString("url")), rs.getString("body"), rs.getInt("claims"), rs.getInt("attempts"), secrets);
    }

    private static WebhookDelivery delivery(ResultSet rs) throws SQLException {
        WebhookDeliveryState state = StoredState.of(WebhookDeliveryState.class, rs.getString("state"));
        boolean isSettled = state == WebhookDeliveryState.DELIVERED || state == WebhookDeliveryState.DEAD;
        return new WebhookDelivery(rs.getLong("id"), rs.getObject("message_id", UUID.class), rs.getObject("webhook_id", UUID.class),
                rs.getObject("workload_id", UUID.class), rs.getInt("generation"),
                StoredState.of(RunState.class, rs.getString("run_state")), state, rs.getInt("attempts"),
                isSettled ? null : instant(rs, "next_at"), rs.getObject("last_status", Integer.class), rs.getString("last_error"),
                instant(rs, "attempted_at"), rs.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime time = rs.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
