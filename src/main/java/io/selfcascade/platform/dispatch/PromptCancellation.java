package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.Cancellation.Cancelled;
import io.selfcascade.platform.dispatch.Cancellation.ItemRef;
import io.selfcascade.platform.dispatch.Cancellation.Step;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Does what the conductor of a cancelled run would do soon, before people have their answer: after it nothing of the run
 * counts, and workers have been told. First come the items that workers may be at; of very many others the conductor does the rest.
 */
final class PromptCancellation {

    private static final int MOST_TRANSACTIONS = 5;

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final Orders orders;
    private final Cancellation cancellation;

    PromptCancellation(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, Orders orders) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.orders = orders;
        this.cancellation = new Cancellation(jdbc);
    }

    /**
     * Cancels the items of runs whose cancellation is committed. Returns when the broker has the orders, or has not answered for
     * a while: the ledger has decided without them.
     *
     * @return number of items cancelled
     */
    int cancel(Collection<UUID> workloads) {
        Cancelled all = transactions.run(() -> {
            List<UUID> wanted = lockWanted(workloads);
            return told(cancellation.cancel(cancellation.atWorkers(wanted), null, null));
        });
        Step step = new Step(all, ItemRef.FIRST, false);
        for (int n = 0; n < MOST_TRANSACTIONS && !step.isLast(); n++) {
            ItemRef after = step.last();
            step = transactions.run(() -> {
                Step done = cancellation.next(lockWanted(workloads), after, null, null);
                told(done.cancelled());
                return done;
            });
            all = all.and(step.cancelled());
        }
        orders.cancelAndAwait(all.fences().stream()
                .collect(Collectors.toMap(Cancelled.Fence::workload, Cancelled.Fence::dispatch, Math::max)));
        return all.count();
    }

    /** While its row is held no run can end, so none can begin a generation that nobody wants cancelled. */
    private List<UUID> lockWanted(Collection<UUID> workloads) {
        cancellation.lockOwners(workloads);
        return jdbc.sql("""
                SELECT workload_id FROM workload_run
                 WHERE workload_id = ANY(:workloads) AND desired = 'cancel'
                   AND state IN ('queued', 'validating', 'in_progress', 'finalizing')
                """)
                .param("workloads", workloads.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    private Cancelled told(Cancelled cancelled) {
        revisions.changed(cancelled.items().keySet());
        return cancelled;
    }
}
