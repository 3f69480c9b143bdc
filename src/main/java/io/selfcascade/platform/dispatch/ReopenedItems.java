package io.selfcascade.platform.dispatch;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Items of an ended run that are pending once more, and what their next generation makes of their tasks and counters. */
final class ReopenedItems {

    private final JdbcClient jdbc;
    private final PartitionCounts partitions;

    ReopenedItems(JdbcClient jdbc, PartitionCounts partitions) {
        this.jdbc = jdbc;
        this.partitions = partitions;
    }

    /**
     * Opens failed and cancelled items, locking their tasks first, as everywhere.
     *
     * @param ordinals of items; null for all of the workload
     * @return number of items opened
     */
    int open(UUID workload, @Nullable List<Integer> ordinals) {
        jdbc.sql("""
                SELECT count(*) FROM (
                    SELECT t.id FROM stage_task t JOIN item i USING (workload_id, ordinal)
                     WHERE t.workload_id = :workload AND i.state IN ('failed', 'cancelled')
                     ORDER BY t.id FOR UPDATE OF t) AS locked
                """)
                .param("workload", workload)
                .query(Long.class)
                .single();
        return jdbc.sql("""
                UPDATE item SET state = 'pending', settled_in = NULL, error_class = NULL, error_code = NULL, error_detail = NULL
                 WHERE workload_id = :workload AND state IN ('failed', 'cancelled') AND NOT refused
                   AND (:all OR ordinal = ANY(:ordinals))
                """)
                .param("workload", workload)
                .param("all", ordinals == null)
                .param("ordinals", ordinals == null ? new Integer[0] : ordinals.toArray(Integer[]::new))
                .update();
    }

    /** Readies the dead and cancelled tasks of pending items, where there is a pivot to begin from. */
    void readyTasks(UUID workload, int generation) {
        dropBrokenChains(workload);
        jdbc.sql("""
                UPDATE stage_task AS t
                   SET state = 'ready', generation = :generation, not_before = ledger_now(), dispatch_id = NULL, attempt = 0,
                       worker_losses = 0, pool = p.pool, error_class = NULL, error_code = NULL, error_detail = NULL
                  FROM item i
                  JOIN stage_plan p ON p.workload_id = i.workload_id AND p.variant = i.variant
                 WHERE i.workload_id = :workload AND i.state = 'pending'
                   AND t.workload_id = i.workload_id AND t.ordinal = i.ordinal AND t.stage = p.stage
                   AND t.state IN ('dead', 'cancelled')
                """)
                .param("generation", generation)
                .param("workload", workload)
                .update();
    }

    /** Ingest of the next generation inserts what is missing; then the total is settled anew. */
    void forgetTotal(UUID workload) {
        jdbc.sql("DELETE FROM partition_count WHERE workload_id = :workload").param("workload", workload).update();
        jdbc.sql("""
                UPDATE workload_run SET total = NULL, partition_size = NULL, failure_limit = NULL WHERE workload_id = :workload
                """)
                .param("workload", workload)
                .update();
    }

    /** Counters are sums of rows; after so many changes it is simpler, and as quick, to take the sums again. */
    void recount(UUID workload) {
        jdbc.sql("""
                UPDATE partition_count AS c SET completed = s.completed, failed = s.failed, cancelled = s.cancelled
                  FROM (SELECT i.ordinal / r.partition_size AS no, count(*) FILTER (WHERE i.state = 'completed') AS completed,
                               count(*) FILTER (WHERE i.state = 'failed') AS failed,
                               count(*) FILTER (WHERE i.state = 'cancelled') AS cancelled
                          FROM item i JOIN workload_run r USING (workload_id)
                         WHERE i.workload_id = :workload GROUP BY 1) AS s
                 WHERE c.workload_id = :workload AND c.partition_no = s.no
                """)
                .param("workload", workload)
                .update();
        jdbc.sql("""
                INSERT INTO stage_count AS c (workload_id, stage, opened, succeeded, dead)
                SELECT t.workload_id, t.stage, count(*), count(*) FILTER (WHERE t.state = 'succeeded'),
                       count(*) FILTER (WHERE t.state = 'dead')
                  FROM stage_task t WHERE t.workload_id = :workload GROUP BY 1, 2 ORDER BY 2
                ON CONFLICT (workload_id, stage) DO UPDATE
                   SET opened = excluded.opened, succeeded = excluded.succeeded, dead = excluded.dead
                """)
                .param("workload", workload)
                .update();
        // A stage whose tasks were all dropped has no row to count.
        jdbc.sql("""
                UPDATE stage_count c SET opened = 0, succeeded = 0, dead = 0
                 WHERE c.workload_id = :workload
                   AND NOT EXISTS (SELECT FROM stage_task t WHERE t.workload_id = c.workload_id AND t.stage = c.stage)
                """)
                .param("workload", workload)
                .update();
        partitions.limitFailures(workload);
    }

    /**
     * An item whose next stage would begin at a pivot that is gone begins anew: the job opens its first stage. Only the tasks
     * of its way go: a promoted item keeps its draft.
     */
    private void dropBrokenChains(UUID workload) {
        jdbc.sql("""
                DELETE FROM stage_task t
                 USING item i
                  JOIN stage_plan p ON p.workload_id = i.workload_id AND p.variant = i.variant
                 WHERE i.workload_id = :workload AND i.state = 'pending'
                   AND t.workload_id = i.workload_id AND t.ordinal = i.ordinal AND t.stage = p.stage
                   AND EXISTS (SELECT FROM stage_task next
                                 JOIN stage_plan own ON own.workload_id = i.workload_id AND own.variant = i.variant
                                      AND own.stage = next.stage
                                 JOIN stage_task before ON before.workload_id = next.workload_id
                                      AND before.ordinal = next.ordinal AND before.stage = own.input_stage
                                WHERE next.workload_id = i.workload_id AND next.ordinal = i.ordinal
                                  AND next.state IN ('dead', 'cancelled') AND before.artifact_key IS NULL)
                """)
                .param("workload", workload)
                .update();
    }
}
