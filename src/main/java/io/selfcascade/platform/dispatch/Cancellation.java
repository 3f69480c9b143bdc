package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Cancels items that are not settled together with their tasks, of one workload or many: one statement for the tasks, one for
 * the items and their counters. Inside a transaction that holds the rows of {@code run_owner}, so that no job opens
 * an item's first task meanwhile.
 */
final class Cancellation {

    /** Most items of one run in one transaction, which stays below the five seconds that the owner's lease allows. */
    static final int TOGETHER = 20_000;

    private final JdbcClient jdbc;

    Cancellation(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Waits for the transactions of jobs that are under way, and keeps new ones out until this one ends. */
    void lockOwners(Collection<UUID> workloads) {
        jdbc.sql("SELECT workload_id FROM run_owner WHERE workload_id = ANY(:workloads) ORDER BY workload_id FOR UPDATE")
                .param("workloads", workloads.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    /** Of these runs, items that a worker may be at, or whose late result would count. */
    List<ItemRef> atWorkers(Collection<UUID> workloads) {
        return jdbc.sql("""
                SELECT DISTINCT workload_id, ordinal FROM stage_task
                 WHERE workload_id = ANY(:workloads) AND state IN ('ready', 'dispatched') AND dispatch_id IS NOT NULL
                 ORDER BY workload_id, ordinal
                """)
                .param("workloads", workloads.toArray(UUID[]::new))
                .query((rs, n) -> new ItemRef(rs.getObject(1, UUID.class), rs.getInt(2)))
                .list();
    }

    /**
     * Cancels the next items of these runs that are not settled, as many as one transaction takes.
     *
     * @param after the last of the step before; {@link ItemRef#FIRST} at the beginning
     */
    Step next(Collection<UUID> workloads, ItemRef after, @Nullable Integer generation, @Nullable ErrorCode reason) {
        List<ItemRef> items = pending(workloads, after);
        ItemRef last = items.isEmpty() ? after : items.get(items.size() - 1);
        // All of these runs shall have no pending item: that they share their ordinals makes it one step for a thousand of them.
        Cancelled cancelled = items.isEmpty() ? Cancelled.NOTHING : cancel(Chosen.of(items), generation, reason);
        return new Step(cancelled, last, items.size() < TOGETHER);
    }

    private List<ItemRef> pending(Collection<UUID> workloads, ItemRef after) {
        return jdbc.sql("""
                SELECT workload_id, ordinal FROM item
                 WHERE workload_id = ANY(:workloads) AND state = 'pending' AND (workload_id, ordinal) > (:workload, :ordinal)
                 ORDER BY workload_id, ordinal LIMIT :most
                """)
                .param("workloads", workloads.toArray(UUID[]::new))
                .param("workload", after.workload())
                .param("ordinal", after.ordinal())
                .param("most", TOGETHER)
                .query((rs, n) -> new ItemRef(rs.getObject(1, UUID.class), rs.getInt(2)))
                .list();
    }

    /**
     * Cancels what is pending of these items.
     *
     * @param generation in which they are settled; null for the run's present one
     */
    Cancelled cancel(List<ItemRef> items, @Nullable Integer generation, @Nullable ErrorCode reason) {
        Cancelled all = Cancelled.NOTHING;
        Map<UUID, List<ItemRef>> byWorkload = items.stream()
                .collect(Collectors.groupingBy(ItemRef::workload, () -> new TreeMap<>(LockOrder.BY_UUID), Collectors.toList()));
        for (List<ItemRef> ofOne : byWorkload.values()) {
            all = all.and(cancel(Chosen.of(ofOne), generation, reason));
        }
        return all;
    }

    private Cancelled cancel(Chosen chosen, @Nullable Integer generation, @Nullable ErrorCode reason) {
        lockDispatches(chosen);
        List<Cancelled.Fence> fences = cancelTasks(chosen);
        Map<UUID, Integer> counts = cancelItems(chosen, generation, reason);
        close(fences);
        return new Cancelled(counts, fences);
    }

    /** Who applies results holds these rows first, so that cancelling and accepting never wait for each other. */
    private void lockDispatches(Chosen chosen) {
        chosen.on(jdbc.sql("""
                SELECT d.id FROM task_dispatch d
                 WHERE d.id IN (SELECT t.dispatch_id FROM stage_task t
                                 WHERE t.workload_id = ANY(:workloads) AND t.ordinal = ANY(:ordinals) AND t.state = 'dispatched')
                 ORDER BY d.id FOR UPDATE
                """))
                .query(Long.class)
                .list();
    }

    private List<Cancelled.Fence> cancelTasks(Chosen chosen) {
        return chosen.on(jdbc.sql("""
                WITH cancelled AS (
                    UPDATE stage_task t SET state = 'cancelled'
                     WHERE t.workload_id = ANY(:workloads) AND t.ordinal = ANY(:ordinals) AND t.state IN ('ready', 'dispatched')
                    RETURNING t.workload_id, t.ordinal, t.dispatch_id)
                SELECT workload_id, ordinal, dispatch_id FROM cancelled WHERE dispatch_id IS NOT NULL
                """))
                .query((rs, n) -> new Cancelled.Fence(rs.getObject(1, UUID.class), rs.getInt(2), rs.getLong(3)))
                .list();
    }

    /** Before ingest has ended nothing is counted yet; then everything is. */
    private Map<UUID, Integer> cancelItems(Chosen chosen, @Nullable Integer generation, @Nullable ErrorCode reason) {
        Map<UUID, Integer> counts = new HashMap<>();
        chosen.on(jdbc.sql("""
                WITH cancelled AS (
                    UPDATE item i SET state = 'cancelled', settled_in = coalesce(:generation::int, r.generation),
                                      error_class = :class, error_code = :code
                      FROM workload_run r
                     WHERE r.workload_id = i.workload_id
                       AND i.workload_id = ANY(:workloads) AND i.ordinal = ANY(:ordinals) AND i.state = 'pending'
                    RETURNING i.workload_id, i.ordinal, r.partition_size),
                parts AS (
                    SELECT workload_id, ordinal / partition_size AS no, count(*) AS items FROM cancelled
                     WHERE partition_size IS NOT NULL GROUP BY 1, 2),
                counted AS (
                    UPDATE partition_count c SET cancelled = c.cancelled + parts.items
                      FROM parts WHERE c.workload_id = parts.workload_id AND c.partition_no = parts.no)
                SELECT workload_id, count(*) FROM cancelled GROUP BY 1
                """))
                .param("generation", generation)
                .param("class", reason == null ? null : Codes.storedClass(reason))
                .param("code", reason == null ? null : Codes.stored(reason))
                .query((rs, n) -> counts.put(rs.getObject(1, UUID.class), rs.getInt(2)))
                .list();
        return counts;
    }

    /** A dispatch that was committed while the tasks were being cancelled is among them only here. */
    private void close(List<Cancelled.Fence> fences) {
        jdbc.sql("""
                UPDATE task_dispatch d SET state = 'closed', closed_at = ledger_now(), closed_by = 'cancel'
                 WHERE d.id = ANY(:dispatches) AND d.state <> 'closed'
                   AND NOT EXISTS (SELECT FROM stage_task t WHERE t.dispatch_id = d.id AND t.state = 'dispatched')
                """)
                .param("dispatches", fences.stream().map(Cancelled.Fence::dispatch).distinct().toArray(Long[]::new))
                .update();
    }

    /** What one transaction has done, and whether it was the last. */
    record Step(Cancelled cancelled, ItemRef last, boolean isLast) {}

    /**
     * Items of these workloads that have one of these ordinals. Not pairs of the two: joined with the rows of a table, those
     * lead to reading it whole, or the rows of the workload once for each of them, since the planner knows nothing of
     * a workload as new as this one. Arrays are looked up in the index whatever it believes.
     */
    private record Chosen(UUID[] workloads, Integer[] ordinals) {

        static Chosen of(List<ItemRef> items) {
            return new Chosen(items.stream().map(ItemRef::workload).distinct().toArray(UUID[]::new),
                    items.stream().map(ItemRef::ordinal).distinct().sorted().toArray(Integer[]::new));
        }

        JdbcClient.StatementSpec on(JdbcClient.StatementSpec statement) {
            return statement.param("workloads", workloads).param("ordinals", ordinals);
        }
    }

    /** Names an item. */
    record ItemRef(UUID workload, int ordinal) {

        /** Before every item. */
        static final ItemRef FIRST = new ItemRef(new UUID(0, 0), -1);
    }

    /**
     * What was cancelled.
     *
     * @param items how many of each workload
     * @param fences of tasks that a worker may be at
     */
    record Cancelled(Map<UUID, Integer> items, List<Fence> fences) {

        static final Cancelled NOTHING = new Cancelled(Map.of(), List.of());

        int count() {
            return items.values().stream().mapToInt(Integer::intValue).sum();
        }

        Cancelled and(Cancelled more) {
            Map<UUID, Integer> sum = new HashMap<>(items);
            more.items.forEach((workload, count) -> sum.merge(workload, count, Integer::sum));
            List<Fence> all = new ArrayList<>(fences);
            all.addAll(more.fences);
            return new Cancelled(sum, all);
        }

        /** The last dispatch that a cancelled task pointed at. */
        record Fence(UUID workload, int ordinal, long dispatch) {}
    }
}
