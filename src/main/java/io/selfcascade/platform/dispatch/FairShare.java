package io.selfcascade.platform.dispatch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who is served next: the workload with the smallest virtual time. Serving it moves its virtual time on, the more tasks
 * the further, the higher its priority the less; a newcomer starts where the least served one is.
 */
final class FairShare {

    private final JdbcClient jdbc;

    FairShare(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Gives every workload in progress its place: a newcomer has no arrears to make up, and no one overtakes it again. */
    void admit(String pool) {
        jdbc.sql("""
                INSERT INTO dispatch_share (pool, workload_id, virtual_time)
                SELECT :pool, r.workload_id,
                       (SELECT coalesce(min(s.virtual_time), 0) FROM dispatch_share s
                          JOIN workload_run other ON other.workload_id = s.workload_id AND other.state = 'in_progress'
                         WHERE s.pool = :pool)
                  FROM workload_run r
                 WHERE r.state = 'in_progress'
                ON CONFLICT (pool, workload_id) DO NOTHING
                """)
                .param("pool", pool)
                .update();
    }

    /** The workload to serve next among those with a due task for {@code models}, except {@code passedOver}. */
    Optional<UUID> next(String pool, List<String> models, Set<UUID> passedOver) {
        return jdbc.sql("""
                SELECT r.workload_id
                  FROM workload_run r
                  JOIN workload w ON w.id = r.workload_id
                  JOIN dispatch_share s ON s.pool = :pool AND s.workload_id = r.workload_id
                 WHERE r.state = 'in_progress' AND r.desired = 'run' AND w.model = ANY(:models)
                   AND NOT r.workload_id = ANY(:passed::uuid[])
                   AND EXISTS (SELECT FROM stage_task t
                                WHERE t.pool = :pool AND t.workload_id = r.workload_id
                                  AND t.state = 'ready' AND t.not_before <= ledger_now())
                 ORDER BY s.virtual_time, w.priority DESC, r.queued_at, r.workload_id
                 LIMIT 1
                """)
                .param("pool", pool)
                .param("models", models.toArray(String[]::new))
                .param("passed", passedOver.stream().map(UUID::toString).toArray(String[]::new))
                .query(UUID.class)
                .optional();
    }

    /** Charges every workload of a message for its own tasks. */
    void charge(String pool, Map<UUID, Integer> tasks) {
        Map<UUID, Integer> inOrder = new TreeMap<>(LockOrder.BY_UUID);
        inOrder.putAll(tasks);
        inOrder.forEach((workload, count) -> jdbc.sql("""
                UPDATE dispatch_share AS s SET virtual_time = s.virtual_time + :tasks / (w.priority + 1.0)
                  FROM workload w
                 WHERE w.id = :workload AND s.workload_id = w.id AND s.pool = :pool
                """)
                .param("pool", pool)
                .param("workload", workload)
                .param("tasks", count)
                .update());
    }
}
