package io.selfcascade.platform.webhook;

import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.intake.Uuid7;
import io.selfcascade.platform.intake.WebhookRequest;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Webhooks on a database of their own, with workloads whose rows are such as the ledger writes, and a clock that a test moves. */
final class WebhookFixture implements AutoCloseable {

    static final String TENANT = "default";

    final TestDatabase database = SharedInfrastructure.freshDatabase();
    final JdbcClient jdbc = JdbcClient.create(database.dataSource());
    final TestNames names = new TestNames();
    final WebhookProperties properties = new WebhookProperties(
            true, 4, 2, Duration.ofSeconds(1), Duration.ofSeconds(1), 5, Duration.ofDays(7));
    final WebhookDeliveries deliveries =
            new WebhookDeliveries(jdbc, new TransactionTemplate(new JdbcTransactionManager(database.dataSource())));
    final Webhooks webhooks = new Webhooks(jdbc, new WebhookTargets(names, true), properties.mostWebhooks(),
            new Uuid7(InstantSource.system(), new Random(1))::next, new Random(2));
    final WebhookClient client = new WebhookClient(new WebhookTargets(names, true), properties, InstantSource.system());
    final WebhookSender sender = sender(client);
    private Duration ahead = Duration.ZERO;

    WebhookFixture() throws java.net.UnknownHostException {
        names.answer("127.0.0.1", "127.0.0.1");
    }

    WebhookSender sender(WebhookClient through) {
        return new WebhookSender(deliveries, through, new RetryTimetable(new Random(3)), properties);
    }

    Webhooks.WithSecret hook(String url, String... events) {
        return webhooks.create(TENANT, new WebhookRequest(URI.create(url), events.length == 0 ? null : List.of(events), null));
    }

    /** A workload that has ended now, with everybody told who is to be. */
    UUID ended(String state) {
        UUID workload = UUID.randomUUID();
        database.execute("""
                INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key, created_at)
                VALUES ('%1$s', 'rest', '%1$s', '\\x00', 'scenes', '{}', 'items', ledger_now());
                INSERT INTO workload_run (workload_id, state, total, revision, queued_at)
                VALUES ('%1$s', 'queued', 9, 0, ledger_now())
                """.formatted(workload));
        changed(workload, state);
        return workload;
    }

    /** The run enters a state; a terminal one ends it now. */
    void changed(UUID workload, String state) {
        boolean isEnd = List.of("completed", "failed", "cancelled", "expired").contains(state);
        database.execute("""
                UPDATE workload_run SET revision = revision + 1, state = '%2$s', finished_at = %3$s WHERE workload_id = '%1$s'
                """.formatted(workload, state, isEnd ? "ledger_now()" : "finished_at"));
        told(workload);
    }

    /** The ledger writes an event of the run as it is. */
    void told(UUID workload) {
        long revision = jdbc.sql("""
                INSERT INTO workload_event (workload_id, revision, type, body, at)
                SELECT workload_id, revision, 't', jsonb_build_object('workload_id', workload_id, 'state', state,
                       'revision', revision), ledger_now() FROM workload_run WHERE workload_id = :workload
                    ON CONFLICT (workload_id, revision) DO UPDATE SET at = excluded.at RETURNING revision
                """).param("workload", workload).query(Long.class).single();
        deliveries.changed(workload, revision);
    }

    void tick(Duration duration) {
        ahead = ahead.plus(duration);
        database.ledgerAhead(ahead);
    }

    WebhookDelivery only(UUID workload) {
        List<WebhookDelivery> all = deliveries.of(workload);
        if (all.size() != 1) {
            throw new AssertionError("deliveries: " + all);
        }
        return all.get(0);
    }

    @Override
    public void close() throws java.io.IOException {
        sender.end();
        client.close();
        database.close();
    }
}
