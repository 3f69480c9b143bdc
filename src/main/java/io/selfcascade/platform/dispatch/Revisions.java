package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Raises the revision of a workload with every change and writes down what the world should hear of it. */
final class Revisions {

    private static final String RAISE = """
            UPDATE workload_run SET revision = revision + 1 WHERE workload_id = :workload RETURNING revision
            """;

    /** What the world hears of the run {@code r}; see WorkloadUpdated. Sums at most 200 rows. */
    static final String BODY = """
            jsonb_build_object(
                'workload_id', r.workload_id, 'generation', r.generation, 'revision', r.revision,
                'state', r.state, 'desired', r.desired, 'reason', r.error_code,
                'counts', (SELECT jsonb_build_object('total', r.total,
                                      'completed', coalesce(sum(c.completed), 0),
                                      'failed', coalesce(sum(c.failed), 0),
                                      'cancelled', coalesce(sum(c.cancelled), 0))
                             FROM partition_count c WHERE c.workload_id = r.workload_id))""";

    private static final String WRITE_SOME = """
            INSERT INTO workload_event (workload_id, revision, type, body, at)
            SELECT r.workload_id, r.revision, :type, %s, ledger_now()
              FROM workload_run r
            """.formatted(BODY);

    private static final String WRITE = WRITE_SOME + " WHERE r.workload_id = :workload\n";

    private static final String UNLESS_JUST_WRITTEN = """
               AND NOT EXISTS (SELECT FROM workload_event e
                                WHERE e.workload_id = r.workload_id AND e.at > ledger_now() - interval '500 ms')
            """;

    private final JdbcClient jdbc;
    private final List<WorkloadChanges> listeners;

    Revisions(JdbcClient jdbc) {
        this(jdbc, List.of());
    }

    /** @param listeners what else is written in the transaction of a change */
    Revisions(JdbcClient jdbc, List<WorkloadChanges> listeners) {
        this.jdbc = jdbc;
        this.listeners = List.copyOf(listeners);
    }

    /** A state changed: told always. Last in a transaction, because it locks the row everybody wants. */
    void changed(UUID workload) {
        raise(workload, WRITE).ifPresent(revision -> listeners.forEach(listener -> listener.changed(workload, revision)));
    }

    /** The same for many, in as few statements. */
    void changed(Collection<UUID> workloads) {
        UUID[] ids = workloads.toArray(UUID[]::new);
        jdbc.sql("""
                UPDATE workload_run SET revision = revision + 1
                 WHERE workload_id IN (SELECT workload_id FROM workload_run WHERE workload_id = ANY(:workloads)
                                        ORDER BY workload_id FOR UPDATE)
                """)
                .param("workloads", ids)
                .update();
        jdbc.sql(WRITE_SOME + " WHERE r.workload_id = ANY(:workloads)")
                .param("workloads", ids)
                .param("type", CloudEvents.WORKLOAD_UPDATED)
                .update();
    }

    /** Items moved on: told at most twice a second; the counters are in every later event anyway. */
    void progressed(Collection<UUID> workloads) {
        List<UUID> inOrder = workloads.stream().distinct().sorted(LockOrder.BY_UUID).toList();
        inOrder.forEach(workload -> raise(workload, WRITE + UNLESS_JUST_WRITTEN));
    }

    private Optional<Long> raise(UUID workload, String write) {
        Optional<Long> revision = jdbc.sql(RAISE).param("workload", workload).query(Long.class).optional();
        jdbc.sql(write).param("workload", workload).param("type", CloudEvents.WORKLOAD_UPDATED).update();
        return revision;
    }
}
