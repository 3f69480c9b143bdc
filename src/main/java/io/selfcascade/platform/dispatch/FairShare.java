package io.selfcascade.platform.dispatch;

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

    /**
     * The workload to serve next among those with a due task that some worker can take, except {@code passedOver}.
     *
     * @param largest pixels of the largest picture that is taken, by model
     */
    Optional<Turn> next(String pool, Map<String, Long> largest, Set<UUID> passedOver) {
        return jdbc.sql("""
                SELECT r.workload_id, able.pixels
                  FROM workload_run r
                  JOIN workload w ON w.id = r.workload_id
                  JOIN unnest(:models::text[], :pixels::bigint[]) AS able(model, pixels) ON able.model = w.model
                  JOIN dispatch_share s ON s.pool = :pool AND s.workload_id = r.workload_id
                 WHERE r.state = 'in_progress' AND r.desired = 'run'
                   AND NOT r.workload_id = ANY(:passed::uuid[])
                   AND EXISTS (SELECT FROM stage_task t
                                 JOIN stage_plan p ON p.workload_id = t.workload_id AND p.stage = t.stage
                                                  AND p.batch_key = t.batch_key AND p.pixels <= able.pixels
                                WHERE t.pool = :pool AND t.workload_id = r.workload_id
                                  AND t.state = 'ready' AND t.not_before <= ledger_now())
                 ORDER BY s.virtual_time, w.priority DESC, r.queued_at, r.workload_id
                 LIMIT 1
                """)
                .param("pool", pool)
                .param("models", largest.keySet().toArray(String[]::new))
                .param("pixels", largest.values().toArray(Long[]::new))
                .param("passed", passedOver.stream().map(UUID::toString).toArray(String[]::new))
                .query((rs, n) -> new Turn(rs.getObject(1, UUID.class), rs.getLong(2)))
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

    /**
     * Whose turn it is.
     *
     * @param mostPixels of the largest picture that a live worker with its model takes
     */
    record Turn(UUID workload, long mostPixels) {}
}
