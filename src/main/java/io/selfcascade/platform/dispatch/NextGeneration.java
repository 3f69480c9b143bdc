package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.RetryRequest;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Begins the next generation of a workload that has ended: chosen items are pending once more, their dead and cancelled tasks
 * are ready, and whatever succeeded stays. The fence of every task that runs again is taken away, so nothing a worker still
 * says about the former generation counts.
 */
public class NextGeneration {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;

    NextGeneration(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
    }

    /**
     * Has failed and cancelled items run again; refused lines never ran and cannot. An item goes on from its deepest pivot, or
     * from the start where {@code keep_pivots} has removed the one it needs.
     *
     * @return the run as it is after the request: queued, or as it was if it is in the wanted generation already
     * @throws CascadeException NOT_FOUND if there is no such run; CONFLICT if it has not ended, its deadline has passed, or no
     *     item can run again
     */
    public WorkloadRun retry(UUID workload, RetryRequest request) {
        return transactions.run(() -> {
            WorkloadRun run = RunRows.find(jdbc, workload).orElseThrow(() -> new CascadeException(
                    ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (check the id)"));
            if (request.generation() != null && request.generation() == run.generation()) {
                return run;
            }
            requireEnded(run, request.generation());
            lockTasks(workload);
            // Nothing was opened: the input may not have been read to its end, and is read again.
            boolean isUnread = run.openedUntil() == 0;
            if (isUnread && request.items() != null) {
                throw conflict(run, "its input may not have been read to its end (retry all of it)");
            }
            if (reopenItems(workload, request.items()) == 0 && !isUnread) {
                throw conflict(run, "none of " + (request.items() == null ? "its" : "these")
                        + " items failed or was cancelled (refused lines need a new workload)");
            }
            dropBrokenChains(workload);
            readyTasks(run);
            if (isUnread) {
                forgetTotal(workload);
            } else {
                recount(workload);
            }
            begin(run);
            revisions.changed(workload);
            return RunRows.find(jdbc, workload).orElseThrow();
        });
    }

    private void requireEnded(WorkloadRun run, @Nullable Integer wanted) {
        if (!run.state().isTerminal()) {
            throw conflict(run, "it has not ended (wait, or cancel it first)");
        }
        if (wanted != null && wanted != run.generation() + 1) {
            throw conflict(run, "its next generation is " + (run.generation() + 1) + ", not " + wanted);
        }
        boolean isOver = jdbc.sql("SELECT coalesce(deadline <= ledger_now(), false) FROM workload WHERE id = :workload")
                .param("workload", run.workloadId())
                .query(Boolean.class)
                .single();
        if (isOver) {
            throw conflict(run, "its deadline has passed (give it another, or submit it again)");
        }
    }

    /** Tasks before items and items before the run, as everywhere. */
    private void lockTasks(UUID workload) {
        jdbc.sql("""
                SELECT count(*) FROM (
                    SELECT t.id FROM stage_task t JOIN item i USING (workload_id, ordinal)
                     WHERE t.workload_id = :workload AND i.state IN ('failed', 'cancelled')
                     ORDER BY t.id FOR UPDATE OF t) AS locked
                """)
                .param("workload", workload)
                .query(Long.class)
                .single();
    }

    private int reopenItems(UUID workload, @Nullable List<Integer> ordinals) {
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

    /** An item whose next stage would begin at a pivot that is gone begins anew: the job opens its first stage. */
    private void dropBrokenChains(UUID workload) {
        jdbc.sql("""
                DELETE FROM stage_task t
                 USING item i
                 WHERE i.workload_id = :workload AND i.state = 'pending'
                   AND t.workload_id = i.workload_id AND t.ordinal = i.ordinal
                   AND EXISTS (SELECT FROM stage_task next
                                 JOIN stage_task before ON before.workload_id = next.workload_id
                                      AND before.ordinal = next.ordinal AND before.stage = next.stage - 1
                                WHERE next.workload_id = i.workload_id AND next.ordinal = i.ordinal
                                  AND next.state IN ('dead', 'cancelled') AND before.artifact_key IS NULL)
                """)
                .param("workload", workload)
                .update();
    }

    private void readyTasks(WorkloadRun run) {
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
                .param("generation", run.generation() + 1)
                .param("workload", run.workloadId())
                .update();
    }

    /** Ingest of the next generation inserts what is missing; then the total is settled anew. */
    private void forgetTotal(UUID workload) {
        jdbc.sql("DELETE FROM partition_count WHERE workload_id = :workload").param("workload", workload).update();
        jdbc.sql("UPDATE workload_run SET total = NULL, partition_size = NULL WHERE workload_id = :workload")
                .param("workload", workload)
                .update();
    }

    /** Counters are sums of rows; after so many changes it is simpler, and as quick, to take the sums again. */
    private void recount(UUID workload) {
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
                UPDATE stage_count AS c SET opened = s.opened, succeeded = s.succeeded, dead = s.dead
                  FROM (SELECT g.stage, count(t.id) AS opened, count(*) FILTER (WHERE t.state = 'succeeded') AS succeeded,
                               count(*) FILTER (WHERE t.state = 'dead') AS dead
                          FROM stage_count g LEFT JOIN stage_task t USING (workload_id, stage)
                         WHERE g.workload_id = :workload GROUP BY g.stage) AS s
                 WHERE c.workload_id = :workload AND c.stage = s.stage
                """)
                .param("workload", workload)
                .update();
    }

    /** Documents of the former generation no longer tell the truth; readers see the present until new ones are written. */
    private void begin(WorkloadRun run) {
        int begun = jdbc.sql("""
                UPDATE workload_run
                   SET generation = generation + 1, state = 'queued', desired = 'run', queued_at = ledger_now(), finished_at = NULL,
                       collect_at = NULL, opened_until = 0, results_key = NULL, errors_key = NULL, manifest_key = NULL,
                       error_code = NULL, error_detail = NULL
                 WHERE workload_id = :workload AND generation = :generation AND finished_at IS NOT NULL
                """)
                .param("workload", run.workloadId())
                .param("generation", run.generation())
                .update();
        if (begun == 0) {
            throw conflict(run, "somebody else has just begun its next generation");
        }
    }

    private static CascadeException conflict(WorkloadRun run, String reason) {
        return new CascadeException(ErrorCode.CONFLICT, "Cannot retry workload " + run.workloadId() + ", which is "
                + run.state().stored() + " in generation " + run.generation() + ": " + reason);
    }
}
