package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.ErrorCode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Cancels what is not settled of a workload: one statement for all its tasks, one for all its items. */
final class Cancellation {

    private final JdbcClient jdbc;
    private final PartitionCounts partitions;

    Cancellation(JdbcClient jdbc, PartitionCounts partitions) {
        this.jdbc = jdbc;
        this.partitions = partitions;
    }

    /** Inside a transaction that owns the run. @return number of items cancelled */
    int cancel(ClaimedRun run, @Nullable ErrorCode reason) {
        UUID workload = run.workloadId();
        Long[] dispatches = lockDispatches(workload);
        jdbc.sql("UPDATE stage_task SET state = 'cancelled' WHERE workload_id = :workload AND state IN ('ready', 'dispatched')")
                .param("workload", workload)
                .update();
        int cancelled = cancelItems(run, reason);
        close(dispatches);
        count(workload);
        return cancelled;
    }

    /** The newest dispatch there is; read after tasks were cancelled, every dispatch that held one is up to it. */
    static long lastDispatch(JdbcClient jdbc) {
        return jdbc.sql("SELECT coalesce(max(id), 0) FROM task_dispatch").query(Long.class).single();
    }

    /** Who applies results holds these rows first, so that cancelling and accepting never wait for each other. */
    private Long[] lockDispatches(UUID workload) {
        return jdbc.sql("""
                SELECT d.id FROM task_dispatch d
                 WHERE d.id IN (SELECT t.dispatch_id FROM stage_task t WHERE t.workload_id = :workload AND t.state = 'dispatched')
                 ORDER BY d.id FOR UPDATE
                """)
                .param("workload", workload)
                .query(Long.class)
                .list()
                .toArray(Long[]::new);
    }

    private int cancelItems(ClaimedRun run, @Nullable ErrorCode reason) {
        return jdbc.sql("""
                UPDATE item SET state = 'cancelled', settled_in = :generation, error_class = :class, error_code = :code
                 WHERE workload_id = :workload AND state = 'pending'
                """)
                .param("generation", run.generation())
                .param("class", reason == null ? null : Codes.storedClass(reason))
                .param("code", reason == null ? null : Codes.stored(reason))
                .param("workload", run.workloadId())
                .update();
    }

    private void close(Long[] dispatches) {
        jdbc.sql("""
                UPDATE task_dispatch d SET state = 'closed', closed_at = ledger_now(), closed_by = 'cancel'
                 WHERE d.id = ANY(:dispatches) AND d.state <> 'closed'
                   AND NOT EXISTS (SELECT FROM stage_task t WHERE t.dispatch_id = d.id AND t.state = 'dispatched')
                """)
                .param("dispatches", dispatches)
                .update();
    }

    /** Nothing is pending any more. A run cancelled before its input was read to the end has what was read. */
    private void count(UUID workload) {
        int lines = jdbc.sql("SELECT coalesce(max(ordinal) + 1, 0) FROM item WHERE workload_id = :workload")
                .param("workload", workload)
                .query(Integer.class)
                .single();
        partitions.settleTotal(workload, Partitioning.of(lines));
        jdbc.sql("UPDATE partition_count SET cancelled = total - completed - failed WHERE workload_id = :workload")
                .param("workload", workload)
                .update();
    }
}
