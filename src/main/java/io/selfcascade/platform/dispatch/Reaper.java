package io.selfcascade.platform.dispatch;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes back the tasks of dispatches whose lease has ended: never sent, never begun, or their worker fell silent. */
final class Reaper {

    private static final Logger log = LoggerFactory.getLogger(Reaper.class);

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final FailedTasks failures;
    private final DispatchSignal signal;
    private final DispatchProperties properties;
    private final Failpoints failpoints;

    Reaper(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Revisions revisions,
            FailedTasks failures,
            DispatchSignal signal,
            DispatchProperties properties,
            Failpoints failpoints) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.failures = failures;
        this.signal = signal;
        this.properties = properties;
        this.failpoints = failpoints;
    }

    /** @return number of tasks taken back */
    int reap() {
        int taken = transactions.run(() -> {
            closeEmptied();
            List<FailedTasks.Ended> tasks = takeBack();
            Progress progress = new Progress();
            failures.settle(tasks, progress);
            progress.write(jdbc, revisions);
            loseSilentWorkers();
            signal.raise();
            return tasks.size();
        });
        if (taken > 0) {
            log.warn("leases ended tasks={}", taken);
            failpoints.reached(Failpoints.Effect.DISPATCHES_REAPED);
        }
        return taken;
    }

    /**
     * Only what a worker had begun counts against its task: it may be the task that kills workers. One that was never
     * sent or never begun is innocent.
     */
    private List<FailedTasks.Ended> takeBack() {
        // SKIP LOCKED: a dispatch that somebody holds is being renewed or its results are being accepted.
        return jdbc.sql("""
                WITH applied AS (SELECT min(caught_up_at) AS until FROM event_watermark),
                gone AS (
                    UPDATE task_dispatch AS d
                       SET state = 'closed', closed_at = ledger_now(), closed_by = coalesce(d.closed_by, 'lease')
                     WHERE d.id IN (SELECT o.id FROM task_dispatch o, applied
                                     WHERE o.state <> 'closed' AND o.lease_until < applied.until
                                     ORDER BY o.id LIMIT 500 FOR UPDATE OF o SKIP LOCKED)
                    RETURNING d.id, (d.started_at IS NOT NULL)::int AS begun)
                UPDATE stage_task AS t
                   SET attempt = t.attempt + gone.begun, worker_losses = t.worker_losses + gone.begun,
                       not_before = ledger_now() + gone.begun * least(:longest, :delay * power(2, t.worker_losses)) * interval '1 second',
                       state = CASE WHEN gone.begun = 1 AND (t.attempt + 1 >= :attempts OR t.worker_losses + 1 >= :losses)
                                    THEN 'dead' ELSE 'ready' END,
                       error_class = CASE WHEN gone.begun = 1 THEN 'infrastructure' ELSE t.error_class END,
                       error_code = CASE WHEN gone.begun = 1 THEN 'worker_lost' ELSE t.error_code END,
                       error_detail = CASE WHEN gone.begun = 1 THEN 'the worker fell silent while it ran the task'
                                           ELSE t.error_detail END
                  FROM gone
                 WHERE t.dispatch_id = gone.id AND t.state = 'dispatched'
                RETURNING t.workload_id, t.ordinal, t.stage, t.generation, t.state = 'dead' AS dead,
                          t.error_class, t.error_code, t.error_detail
                """)
                .param("longest", (double) properties.maxRetryDelay().toSeconds())
                .param("delay", (double) properties.retryDelay().toSeconds())
                .param("attempts", properties.maxAttempts())
                .param("losses", properties.maxWorkerLosses())
                .query(FailedTasks::ended)
                .list();
    }

    /** A cancellation may have taken the tasks of a dispatch that was committed while it ran. */
    private void closeEmptied() {
        jdbc.sql("""
                UPDATE task_dispatch SET state = 'closed', closed_at = ledger_now(), closed_by = 'cancel'
                 WHERE id IN (SELECT d.id FROM task_dispatch d
                               WHERE d.state <> 'closed'
                                 AND NOT EXISTS (SELECT FROM stage_task t WHERE t.dispatch_id = d.id AND t.state = 'dispatched')
                               ORDER BY d.id FOR UPDATE OF d SKIP LOCKED)
                """).update();
    }

    private void loseSilentWorkers() {
        jdbc.sql("""
                UPDATE worker SET state = 'lost'
                 WHERE state IN ('up', 'draining')
                   AND last_seen < (SELECT min(caught_up_at) FROM event_watermark) - :lease * interval '1 second'
                """)
                .param("lease", properties.lease().toSeconds())
                .update();
    }
}
