package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.Cancellation.Cancelled;
import io.selfcascade.platform.dispatch.Cancellation.ItemRef;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.ItemFilter;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people may ask of many items of a workload at once. */
public class BulkItemControl {

    private static final int MOST_TRANSACTIONS = 5;
    private static final String MATCHING = """
             i.workload_id = :workload AND (:prefix::text IS NULL OR starts_with(i.custom_id, :prefix::text))
             AND (:all OR i.ordinal = ANY(:items))
            """;

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final Orders orders;
    private final NextGeneration generations;
    private final Cancellation cancellation;

    BulkItemControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, Orders orders, NextGeneration generations) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.orders = orders;
        this.generations = generations;
        this.cancellation = new Cancellation(jdbc);
    }

    /**
     * Cancels the matching items that are not settled, at workers too; the rest of the workload goes on. At most 100,000 at once:
     * asked again it cancels the next ones.
     *
     * @param filter its state is not looked at: only what is pending can be cancelled
     * @return number of items cancelled
     * @throws CascadeException NOT_FOUND if there is no such workload
     */
    public int cancel(UUID workload, ItemFilter filter) {
        require(workload);
        Cancelled all = Cancelled.NOTHING;
        int found = Cancellation.TOGETHER;
        int after = -1;
        for (int n = 0; n < MOST_TRANSACTIONS && found == Cancellation.TOGETHER; n++) {
            int last = after;
            Part part = transactions.run(() -> cancelSome(workload, filter, last));
            all = all.and(part.cancelled());
            found = part.found();
            after = part.last();
        }
        orders.cancelItemsAndAwait(workload, all.fences().stream()
                .collect(Collectors.toMap(Cancelled.Fence::ordinal, Cancelled.Fence::dispatch, Math::max)));
        return all.count();
    }

    private Part cancelSome(UUID workload, ItemFilter filter, int after) {
        cancellation.lockOwners(List.of(workload));
        List<ItemRef> items = matching("""
                SELECT i.ordinal FROM item i WHERE i.state = 'pending' AND i.ordinal > :after AND
                """ + MATCHING + """
                 AND ((:class::text IS NULL AND :code::text IS NULL)
                      OR EXISTS (SELECT FROM stage_task t WHERE t.workload_id = i.workload_id AND t.ordinal = i.ordinal
                                    AND t.state IN ('ready', 'dispatched')
                                    AND (:class::text IS NULL OR t.error_class = :class::text)
                                    AND (:code::text IS NULL OR t.error_code = :code::text)))
                 ORDER BY i.ordinal LIMIT :most
                """, workload, filter)
                .param("after", after)
                .param("most", Cancellation.TOGETHER)
                .query((rs, n) -> new ItemRef(workload, rs.getInt(1)))
                .list();
        Cancelled cancelled = cancellation.cancel(items, null, null);
        if (cancelled.count() > 0) {
            revisions.changed(workload);
        }
        return new Part(cancelled, items.size(), items.isEmpty() ? after : items.get(items.size() - 1).ordinal());
    }

    /**
     * Has the matching items of an ended workload run again: its next generation, of them alone.
     *
     * @throws CascadeException as {@link NextGeneration#retry}; INVALID_REQUEST for a state that cannot be retried
     */
    public WorkloadRun retry(UUID workload, ItemFilter filter) {
        require(workload);
        requireSettled(filter.state());
        List<Integer> items = matching("""
                SELECT i.ordinal FROM item i WHERE i.state IN ('failed', 'cancelled') AND NOT i.refused AND
                """ + MATCHING + """
                 AND (:state::text IS NULL OR i.state = :state::text) AND (:class::text IS NULL OR i.error_class = :class::text)
                 AND (:code::text IS NULL OR i.error_code = :code::text)
                 ORDER BY i.ordinal
                """, workload, filter)
                .param("state", filter.state())
                .query(Integer.class)
                .list();
        return generations.retry(workload, new GenerationRequest(items, filter.generation()));
    }

    private JdbcClient.StatementSpec matching(String sql, UUID workload, ItemFilter filter) {
        return jdbc.sql(sql)
                .param("workload", workload)
                .param("prefix", filter.customIdPrefix())
                .param("all", filter.items() == null)
                .param("items", filter.items() == null ? new Integer[0] : filter.items().toArray(Integer[]::new))
                .param("class", filter.errorClass())
                .param("code", filter.errorCode());
    }

    private static void requireSettled(@Nullable String state) {
        if (state != null && !state.equals(ItemState.FAILED.stored()) && !state.equals(ItemState.CANCELLED.stored())) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/state", Violation.Kind.INVALID_VALUE,
                    "Cannot retry items that are " + state + " (expected failed or cancelled)");
        }
    }

    private void require(UUID workload) {
        RunRows.find(jdbc, workload).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (see GET /v1/workloads)"));
    }

    private record Part(Cancelled cancelled, int found, int last) {}
}
