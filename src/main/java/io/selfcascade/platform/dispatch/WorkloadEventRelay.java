package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.Topics;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Publishes what transactions have written down. An event may be published twice; its revision tells. */
final class WorkloadEventRelay {

    private static final Logger log = LoggerFactory.getLogger(WorkloadEventRelay.class);
    private static final int PATIENCE_SECONDS = 25;

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final MessageSender sender;
    private final Topics topics;

    WorkloadEventRelay(JdbcClient jdbc, LedgerTransactions transactions, MessageSender sender, Topics topics) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.sender = sender;
        this.topics = topics;
    }

    /** @return number of events published */
    int publish() {
        return transactions.run(() -> {
            List<Event> events = isOnlyOne() ? unpublished() : List.of();
            // The first one alone finds out whether the broker is there: while it is not, every send may block for seconds.
            if (events.isEmpty() || !arrives(send(events.get(0)))) {
                return 0;
            }
            mark(events.get(0));
            List<? extends CompletableFuture<?>> underWay = events.stream().skip(1).map(this::send).toList();
            int published = 1;
            // In order: what comes after an event the broker did not take is published again.
            while (published < events.size() && arrives(underWay.get(published - 1))) {
                mark(events.get(published));
                published++;
            }
            return published;
        });
    }

    /** One relay at a time keeps the revisions of a workload in order. */
    private boolean isOnlyOne() {
        return jdbc.sql("SELECT pg_try_advisory_xact_lock(hashtext('selfcascade.workload-events'))")
                .query(Boolean.class)
                .single();
    }

    private CompletableFuture<?> send(Event event) {
        return sender.send(event.message(topics.workloadEvents()));
    }

    private List<Event> unpublished() {
        return jdbc.sql("""
                SELECT workload_id, revision, type, body, at FROM workload_event
                 WHERE NOT published ORDER BY workload_id, revision LIMIT 500
                """)
                .query((rs, n) -> new Event(
                        rs.getObject(1, UUID.class), rs.getLong(2), rs.getString(3), rs.getString(4),
                        rs.getObject(5, OffsetDateTime.class)))
                .list();
    }

    private void mark(Event event) {
        jdbc.sql("UPDATE workload_event SET published = true WHERE workload_id = :workload AND revision = :revision")
                .param("workload", event.workload())
                .param("revision", event.revision())
                .update();
    }

    private static boolean arrives(CompletableFuture<?> sending) {
        try {
            sending.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            log.warn("event not published cause={}", String.valueOf(e.getCause()));
            return false;
        }
    }

    private record Event(UUID workload, long revision, String type, String body, OffsetDateTime at) {

        ProducerRecord<String, byte[]> message(String topic) {
            return CloudEvents.record(
                    topic, workload.toString(), type, "coordinator", workload + "/" + revision, at.toInstant(),
                    body.getBytes(StandardCharsets.UTF_8));
        }
    }
}
