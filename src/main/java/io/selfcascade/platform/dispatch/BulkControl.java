package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.intake.WorkloadFilter;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people may ask of many runs at once. One that cannot do it, or does it already, is passed over. */
public class BulkControl {

    private static final int MOST_RETRIES = 100;

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final DispatchSignal signal;
    private final NextGeneration generations;
    private final PromptCancellation cancellation;

    BulkControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, DispatchSignal signal, Orders orders,
            NextGeneration generations) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.signal = signal;
        this.generations = generations;
        this.cancellation = new PromptCancellation(jdbc, transactions, revisions, orders);
    }

    /**
     * Asks that the matching runs go on, pause or are cancelled, as {@link RunControl#want} does for one: in one statement, and
     * cancelled together.
     */
    public Outcome want(WorkloadFilter filter, Desired desired) {
        List<UUID> matched = matching(filter);
        List<UUID> page = page(matched, filter);
        List<UUID> changed = transactions.run(() -> ask(page, desired));
        signal.raise();
        if (desired == Desired.CANCEL) {
            cancellation.cancel(page);
        }
        return new Outcome(page, changed, matched.size() > page.size());
    }

    /** Has failed and cancelled items of the matching runs that have ended run again; at most 100 runs at once. */
    public Outcome retry(WorkloadFilter filter) {
        WorkloadFilter fewer = filter.atMost(MOST_RETRIES);
        List<UUID> matched = matching(fewer);
        List<UUID> page = page(matched, fewer);
        List<UUID> changed = new ArrayList<>();
        for (UUID workload : page) {
            try {
                generations.retry(workload, GenerationRequest.EVERYTHING);
                changed.add(workload);
            } catch (CascadeException e) {
                if (e.code() != ErrorCode.CONFLICT) {
                    throw e;
                }
            }
        }
        return new Outcome(page, changed, matched.size() > page.size());
    }

    /** One more than the filter's limit, if there are as many: it tells that there are more. */
    private List<UUID> matching(WorkloadFilter filter) {
        filter.states().forEach(BulkControl::requireState);
        return jdbc.sql("""
                SELECT w.id FROM workload w JOIN workload_run r ON r.workload_id = w.id
                 WHERE (:tenant::text IS NULL OR w.tenant = :tenant::text)
                   AND (cardinality(:states::text[]) = 0 OR r.state = ANY(:states::text[]))
                   AND (:name::text IS NULL OR starts_with(w.name, :name::text))
                   AND (:model::text IS NULL OR w.model = :model::text)
                   AND (:priority::int IS NULL OR w.priority = :priority::int)
                   AND (:createdAfter::timestamptz IS NULL OR w.created_at > :createdAfter::timestamptz)
                   AND (:createdBefore::timestamptz IS NULL OR w.created_at < :createdBefore::timestamptz)
                   AND (:after::uuid IS NULL OR w.id > :after::uuid)
                 ORDER BY w.id LIMIT :most
                """)
                .param("tenant", filter.tenant())
                .param("states", filter.states().toArray(String[]::new))
                .param("name", filter.namePrefix())
                .param("model", filter.model())
                .param("priority", filter.priority())
                .param("createdAfter", at(filter.createdAfter()))
                .param("createdBefore", at(filter.createdBefore()))
                .param("after", filter.after() == null ? null : filter.after().toString())
                .param("most", filter.limit() + 1)
                .query(UUID.class)
                .list();
    }

    private static List<UUID> page(List<UUID> matched, WorkloadFilter filter) {
        return matched.size() > filter.limit() ? matched.subList(0, filter.limit()) : matched;
    }

    /** Locks by id first, as everybody who wants several of these rows. */
    private List<UUID> ask(List<UUID> workloads, Desired desired) {
        List<UUID> changed = jdbc.sql("""
                WITH due AS (
                    SELECT workload_id FROM workload_run
                     WHERE workload_id = ANY(:workloads) AND desired NOT IN (:desired, 'cancel')
                       AND state IN ('queued', 'validating', 'in_progress', 'finalizing')
                     ORDER BY workload_id FOR UPDATE)
                UPDATE workload_run r SET desired = :desired FROM due WHERE r.workload_id = due.workload_id
                RETURNING r.workload_id
                """)
                .param("workloads", workloads.toArray(UUID[]::new))
                .param("desired", desired.stored())
                .query(UUID.class)
                .list().stream().sorted(LockOrder.BY_UUID).toList();
        revisions.changed(changed);
        return changed;
    }

    private static void requireState(String name) {
        if (Arrays.stream(RunState.values()).noneMatch(state -> state.stored().equals(name))) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/state", Violation.Kind.INVALID_VALUE,
                    "No such state: " + name + " (expected some of "
                            + Arrays.stream(RunState.values()).map(RunState::stored).toList() + ")");
        }
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /**
     * What became of an operation on many runs.
     *
     * @param matched runs the filter matched, by id, as many as one operation takes
     * @param changed those of them that were changed by it
     * @param hasMore whether the filter matches more, behind the last one
     */
    public record Outcome(List<UUID> matched, List<UUID> changed, boolean hasMore) {

        public Outcome {
            matched = List.copyOf(matched);
            changed = List.copyOf(changed);
        }
    }
}
