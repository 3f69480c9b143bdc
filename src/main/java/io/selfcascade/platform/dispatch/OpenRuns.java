package io.selfcascade.platform.dispatch;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The runs of one sender that have not ended. */
public class OpenRuns {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final DispatchSignal signal;

    OpenRuns(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, DispatchSignal signal) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.signal = signal;
    }

    /** @return workloads of this source, whatever tenant each names, that have not ended, oldest first; those being cancelled too */
    public List<UUID> of(String source) {
        return jdbc.sql("""
                SELECT w.id FROM workload w
                  JOIN workload_run r ON r.workload_id = w.id
                 WHERE w.source = :source
                   AND r.state IN ('queued', 'validating', 'in_progress', 'finalizing')
                 ORDER BY w.id
                """)
                .param("source", source)
                .query(UUID.class)
                .list();
    }

    /**
     * Asks that they are cancelled; one that has ended meanwhile stays as it ended. Last in a transaction, because it locks
     * rows that everybody wants.
     */
    public void cancel(Collection<UUID> workloads) {
        transactions.run(() -> {
            workloads.stream().sorted(LockOrder.BY_UUID).forEach(this::cancel);
            signal.raise();
        });
    }

    private void cancel(UUID workload) {
        int changed = jdbc.sql("""
                UPDATE workload_run SET desired = 'cancel'
                 WHERE workload_id = :workload AND desired <> 'cancel'
                   AND state IN ('queued', 'validating', 'in_progress', 'finalizing')
                """)
                .param("workload", workload)
                .update();
        if (changed == 1) {
            revisions.changed(workload);
        }
    }
}
