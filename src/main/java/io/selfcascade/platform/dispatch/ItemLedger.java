package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.Cancellation.Cancelled;
import io.selfcascade.platform.dispatch.Cancellation.ItemRef;
import io.selfcascade.platform.dispatch.Cancellation.Step;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.spec.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The items of workloads, from their lines to their results.
 *
 * <p>Every method joins the caller's transaction or opens its own.
 */
public class ItemLedger {

    private static final int PAGE = 1_000;

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final RunLedger runs;
    private final PartitionCounts partitions;
    private final Revisions revisions;
    private final Orders orders;
    private final DispatchSignal signal;

    ItemLedger(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            RunLedger runs,
            PartitionCounts partitions,
            Revisions revisions,
            Orders orders,
            DispatchSignal signal) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.runs = runs;
        this.partitions = partitions;
        this.revisions = revisions;
        this.orders = orders;
        this.signal = signal;
    }

    /**
     * Inserts a chunk of lines, good ones and refused ones, in one statement; lines that are there already stay. A line
     * whose {@code custom_id} an earlier line has taken becomes a refused one. Where the plan has drafts, all go there first.
     */
    public void insertItems(UUID workload, List<? extends NewItem> items) {
        transactions.run(() -> {
            Set<Integer> inserted = new HashSet<>(insert(workload, items));
            List<NewItem> taken = items.stream()
                    .filter(item -> !inserted.contains(item.ordinal()) && item.refusal() == null)
                    .map(item -> NewItem.refused(item.ordinal(), item.customId(), ErrorCode.CONFLICT,
                            "line " + (item.ordinal() + 1) + ": custom_id " + item.customId()
                                    + " is taken by an earlier line (give every item its own)"))
                    .toList();
            if (!taken.isEmpty()) {
                insert(workload, taken);
            }
        });
    }

    /**
     * Opens the first stage of the pending items of a partition. Opening again changes nothing.
     *
     * @return number of tasks opened
     * @throws OwnershipLostException if the run has another owner
     */
    public int openPartition(ClaimedRun run, Partitioning partitioning, int partition) {
        return transactions.run(() -> {
            runs.checkOwned(run.workloadId(), run.epoch());
            List<Integer> opened = jdbc.sql("""
                    INSERT INTO stage_task (workload_id, ordinal, stage, generation, pool, batch_key, not_before)
                    SELECT i.workload_id, i.ordinal, p.stage, :generation, p.pool, p.batch_key, ledger_now()
                      FROM item i
                      JOIN stage_plan p ON p.workload_id = i.workload_id AND p.variant = i.variant AND p.stage = 0
                     WHERE i.workload_id = :workload AND i.ordinal >= :from AND i.ordinal < :until AND i.state = 'pending'
                     ORDER BY i.ordinal
                    ON CONFLICT ON CONSTRAINT stage_task_once DO NOTHING
                    RETURNING ordinal
                    """)
                    .param("generation", run.generation())
                    .param("workload", run.workloadId())
                    .param("from", partitioning.from(partition))
                    .param("until", partitioning.until(partition))
                    .query(Integer.class)
                    .list();
            StageCounts.add(jdbc, Map.of(new StageCounts.Key(run.workloadId(), 0), StageCounts.Delta.ofOpened(opened.size())));
            jdbc.sql("UPDATE workload_run SET opened_until = greatest(opened_until, :until) WHERE workload_id = :workload")
                    .param("until", partitioning.until(partition))
                    .param("workload", run.workloadId())
                    .update();
            signal.raise();
            return opened.size();
        });
    }

    /** The counters of every partition, by number; at most 200. */
    public List<PartitionCount> partitionCounts(UUID workload) {
        return partitions.list(workload);
    }

    /** Tasks that wait to be sent, those awaiting a retry included. */
    public int readyTasks(UUID workload) {
        return jdbc.sql("""
                SELECT count(*) FROM stage_task
                 WHERE pool IN (SELECT pool FROM stage_plan WHERE workload_id = :workload)
                   AND workload_id = :workload AND state = 'ready'
                """)
                .param("workload", workload)
                .query(Integer.class)
                .single();
    }

    /** Counts the items themselves, not the counters: what finalize compares the counters with. */
    public ItemCounts count(UUID workload) {
        return jdbc.sql("""
                SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'completed'),
                       count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled')
                  FROM item WHERE workload_id = :workload
                """)
                .param("workload", workload)
                .query((rs, n) -> new ItemCounts(rs.getLong(1), rs.getLong(2), rs.getLong(3), rs.getLong(4)))
                .single();
    }

    /** Items that the deadline cancelled in this generation; people may have cancelled others, one by one. */
    public int expiredIn(ClaimedRun run) {
        return jdbc.sql("""
                SELECT count(*) FROM item
                 WHERE workload_id = :workload AND state = 'cancelled' AND settled_in = :generation AND error_code = :code
                """)
                .param("workload", run.workloadId())
                .param("generation", run.generation())
                .param("code", Codes.stored(ErrorCode.DEADLINE_EXCEEDED))
                .query(Integer.class)
                .single();
    }

    /**
     * Whether the generation has to end early because of its {@code max_failure_ratio}. Failures only grow while it runs and
     * stay when it is cancelled, so every conductor finds the same, before the end and after it.
     *
     * @return the numbers, for people; empty as long as no more items have failed than are allowed
     */
    public Optional<String> tooManyFailures(UUID workload) {
        return partitions.tooManyFailures(workload);
    }

    /**
     * Hands every item to {@code reader}, by ordinal. Reads page by page, holding neither transaction nor lock, so it
     * is for a workload whose items are settled.
     */
    public void forEach(UUID workload, Consumer<? super LedgerItem> reader) {
        List<LedgerItem> page = page(workload, 0, PAGE);
        while (!page.isEmpty()) {
            page.forEach(reader);
            page = page(workload, page.get(page.size() - 1).ordinal() + 1, PAGE);
        }
    }

    /** At most {@code limit} items from {@code fromOrdinal} on, by ordinal. */
    public List<LedgerItem> page(UUID workload, int fromOrdinal, int limit) {
        return ItemRows.page(jdbc, workload, fromOrdinal, limit);
    }

    /**
     * Cancels everything of the workload that is not settled: tasks at workers too, so that no result is added after
     * this. The workers hear of it on their own road, only to save their time.
     *
     * @param reason why, if nobody asked for it: DEADLINE_EXCEEDED, TOO_MANY_FAILURES
     * @return number of items cancelled
     * @throws OwnershipLostException if the run has another owner
     */
    public int cancelWorkload(ClaimedRun run, @Nullable ErrorCode reason) {
        int cancelled = 0;
        Step step;
        ItemRef after = ItemRef.FIRST;
        do {
            ItemRef last = after;
            step = transactions.run(() -> cancelSome(run, reason, last));
            cancelled += step.cancelled().count();
            after = step.last();
        } while (!step.isLast());
        transactions.run(() -> {
            runs.checkOwned(run.workloadId(), run.epoch());
            partitions.settleTotal(run.workloadId(), Partitioning.of(lines(run.workloadId())));
            revisions.changed(run.workloadId());
        });
        signal.raise();
        return cancelled;
    }

    private Step cancelSome(ClaimedRun run, @Nullable ErrorCode reason, ItemRef after) {
        runs.checkOwned(run.workloadId(), run.epoch());
        Step step = new Cancellation(jdbc).next(List.of(run.workloadId()), after, run.generation(), reason);
        step.cancelled().fences().stream().mapToLong(Cancelled.Fence::dispatch).max()
                .ifPresent(dispatch -> orders.cancel(run.workloadId(), dispatch));
        return step;
    }

    /** A run cancelled before its input was read to the end has what was read. */
    private int lines(UUID workload) {
        return jdbc.sql("SELECT coalesce(max(ordinal) + 1, 0) FROM item WHERE workload_id = :workload")
                .param("workload", workload)
                .query(Integer.class)
                .single();
    }

    private List<Integer> insert(UUID workload, List<? extends NewItem> items) {
        return jdbc.sql("""
                INSERT INTO item (workload_id, ordinal, variant, custom_id, refused, seed, spec, state, settled_in,
                                  error_class, error_code, error_detail)
                SELECT :workload, n.ordinal, n.variant + coalesce(d.variant, 0), n.custom_id, n.code IS NOT NULL, n.seed, n.spec::jsonb,
                       CASE WHEN n.code IS NULL THEN 'pending' ELSE 'failed' END,
                       CASE WHEN n.code IS NOT NULL THEN r.generation END, n.class, n.code, n.detail
                  FROM unnest(:ordinals::int[], :variants::int[], :ids::text[], :seeds::bigint[], :specs::text[],
                              :classes::text[], :codes::text[], :details::text[])
                       AS n(ordinal, variant, custom_id, seed, spec, class, code, detail)
                  JOIN workload_run r ON r.workload_id = :workload
                  LEFT JOIN stage_plan d ON d.workload_id = r.workload_id AND d.variant = 2 AND d.last
                 ORDER BY n.ordinal
                ON CONFLICT DO NOTHING
                RETURNING ordinal
                """)
                .param("workload", workload)
                .param("ordinals", array(items, NewItem::ordinal, Integer[]::new))
                .param("variants", array(items, NewItem::variant, Integer[]::new))
                .param("ids", array(items, NewItem::customId, String[]::new))
                .param("seeds", array(items, NewItem::seed, Long[]::new))
                .param("specs", array(items, ItemLedger::spec, String[]::new))
                .param("classes", array(items, item -> refusal(item, r -> Codes.storedClass(r.code())), String[]::new))
                .param("codes", array(items, item -> refusal(item, r -> Codes.stored(r.code())), String[]::new))
                .param("details", array(items, item -> refusal(item, NewItem.Refusal::detail), String[]::new))
                .query(Integer.class)
                .list();
    }

    private static String spec(NewItem item) {
        return item.spec() == null ? "{}" : new String(MessageJson.write(item.spec()), StandardCharsets.UTF_8);
    }

    private static @Nullable String refusal(NewItem item, Function<NewItem.Refusal, String> part) {
        return item.refusal() == null ? null : part.apply(item.refusal());
    }

    private static <T extends @Nullable Object> T[] array(
            List<? extends NewItem> items, Function<NewItem, T> column, IntFunction<T[]> make) {
        return items.stream().map(column).toArray(make);
    }
}
