package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.Cancellation.Cancelled;
import io.selfcascade.platform.dispatch.Cancellation.ItemRef;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people may ask of a single item while its workload is under way. */
public class ItemControl {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final Orders orders;
    private final Cancellation cancellation;

    ItemControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, Orders orders) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.orders = orders;
        this.cancellation = new Cancellation(jdbc);
    }

    /**
     * Cancels an item that is not settled, at a worker too: nothing counts for it after this. Cancelling it again changes
     * nothing.
     *
     * @throws CascadeException NOT_FOUND if there is no such item; CONFLICT if it has completed or failed
     */
    public void cancel(UUID workload, int ordinal) {
        Cancelled cancelled = transactions.run(() -> {
            cancellation.lockOwners(List.of(workload));
            Cancelled done = cancellation.cancel(List.of(new ItemRef(workload, ordinal)), null, null);
            if (done.count() == 0) {
                requireCancelled(workload, ordinal);
            } else {
                revisions.changed(workload);
            }
            return done;
        });
        orders.cancelItemsAndAwait(workload, lastDispatches(cancelled));
    }

    private static Map<Integer, Long> lastDispatches(Cancelled cancelled) {
        return cancelled.fences().stream()
                .collect(Collectors.toMap(Cancelled.Fence::ordinal, Cancelled.Fence::dispatch, Math::max));
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
}
