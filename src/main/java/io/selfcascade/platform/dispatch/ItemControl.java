package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people may ask of a single item while its workload is under way. */
public class ItemControl {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final Orders orders;

    ItemControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, Orders orders) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.orders = orders;
    }

    /**
     * Cancels an item that is not settled, at a worker too: nothing counts for it after this. Cancelling it again changes
     * nothing.
     *
     * @throws CascadeException NOT_FOUND if there is no such item; CONFLICT if it has completed or failed
     */
    public void cancel(UUID workload, int ordinal) {
        transactions.run(() -> {
            lockDispatch(workload, ordinal);
            jdbc.sql("""
                    UPDATE stage_task SET state = 'cancelled'
                     WHERE workload_id = :workload AND ordinal = :ordinal AND state IN ('ready', 'dispatched')
                    """)
                    .param("workload", workload)
                    .param("ordinal", ordinal)
                    .update();
            if (cancelItem(workload, ordinal)) {
                count(workload, ordinal);
                revisions.changed(workload);
                orders.cancelItem(workload, ordinal, Cancellation.lastDispatch(jdbc));
            }
        });
    }

    /** Who applies results holds these rows first. */
    private void lockDispatch(UUID workload, int ordinal) {
        jdbc.sql("""
                SELECT d.id FROM task_dispatch d
                 WHERE d.id IN (SELECT t.dispatch_id FROM stage_task t
                                 WHERE t.workload_id = :workload AND t.ordinal = :ordinal AND t.state = 'dispatched')
                 ORDER BY d.id FOR UPDATE
                """)
                .param("workload", workload)
                .param("ordinal", ordinal)
                .query(Long.class)
                .list();
    }

    /** @return whether this call cancelled it */
    private boolean cancelItem(UUID workload, int ordinal) {
        boolean cancelled = jdbc.sql("""
                UPDATE item SET state = 'cancelled', settled_in = (SELECT generation FROM workload_run WHERE workload_id = :workload)
                 WHERE workload_id = :workload AND ordinal = :ordinal AND state = 'pending'
                """)
                .param("workload", workload)
                .param("ordinal", ordinal)
                .update() == 1;
        if (!cancelled) {
            requireCancelled(workload, ordinal);
        }
        return cancelled;
    }

    private void requireCancelled(UUID workload, int ordinal) {
        String state = jdbc.sql("SELECT state FROM item WHERE workload_id = :workload AND ordinal = :ordinal")
                .param("workload", workload)
                .param("ordinal", ordinal)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new CascadeException(ErrorCode.NOT_FOUND,
                        "Cannot find item: " + ordinal + " of workload " + workload + " (items are numbered from 0)"));
        if (!state.equals(ItemState.CANCELLED.stored())) {
            throw new CascadeException(ErrorCode.CONFLICT, "Cannot cancel item " + ordinal + " of workload " + workload
                    + ": it has " + state + " (only what is pending can be cancelled)");
        }
    }

    /** Dispatches without tasks are closed, and the item counts as settled. Before ingest has ended nothing is counted yet. */
    private void count(UUID workload, int ordinal) {
        jdbc.sql("""
                UPDATE task_dispatch d SET state = 'closed', closed_at = ledger_now(), closed_by = 'cancel'
                 WHERE d.state <> 'closed'
                   AND d.id IN (SELECT t.dispatch_id FROM stage_task t WHERE t.workload_id = :workload AND t.ordinal = :ordinal)
                   AND NOT EXISTS (SELECT FROM stage_task t WHERE t.dispatch_id = d.id AND t.state = 'dispatched')
                """)
                .param("workload", workload)
                .param("ordinal", ordinal)
                .update();
        jdbc.sql("""
                UPDATE partition_count c SET cancelled = c.cancelled + 1
                  FROM workload_run r
                 WHERE r.workload_id = :workload AND c.workload_id = r.workload_id AND c.partition_no = :ordinal / r.partition_size
                """)
                .param("workload", workload)
                .param("ordinal", ordinal)
                .update();
    }
}
