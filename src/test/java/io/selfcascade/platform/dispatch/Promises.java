package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.spec.ErrorCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Watches a ledger from outside: what it is told, what it answers, and its rows. Knows the promises G1 to G7 and G9 and the rules on leases,
 * owners and the window, and no ledger's code: what it remembers it has seen itself.
 */
final class Promises {

    private static final int WINDOW = 2;

    final LeasePromises leases = new LeasePromises();
    private final TaskPromises tasks = new TaskPromises(leases);
    private final RowPromises rowPromises = new RowPromises();
    private final Set<UUID> opened = new HashSet<>();
    private final Map<UUID, Long> owners = new HashMap<>();
    private final Map<UUID, Seen> runs = new HashMap<>();

    private record Seen(int generation, RunState state, long revision, @Nullable String owner, @Nullable Long ownerUntil) {}

    static void require(boolean holds, String promise, Object where) {
        if (!holds) {
            throw new AssertionError("Broken: " + promise + ": " + where);
        }
    }

    void opened(UUID workload) {
        opened.add(workload);
    }

    /** To be called after every call of the ledger, with what it answered and the rows it has now. */
    void check(LedgerOperation operation, Object outcome, LedgerRows rows, long now) {
        if (outcome instanceof List<?> picked) {
            picked.forEach(message -> leases.picked((TaskMessage) message, now));
        }
        leases.told(operation, rows, now);
        checkOwner(operation, outcome, now);
        if (operation instanceof LedgerOperation.Pick pick && !((List<?>) outcome).isEmpty()) {
            checkWindow(pick.pool(), rows, now);
        }
        tasks.check(operation, rows, now);
        rowPromises.check(rows);
        require(rows.runs.size() == opened.size(), "G1 accepted is durable", rows.runs);
        rows.runs.forEach(run -> check(run, operation, rows));
    }

    private void checkWindow(String pool, LedgerRows rows, long now) {
        long open = rows.dispatches.stream().filter(dispatch -> dispatch.isOpen() && dispatch.pool.equals(pool)).count();
        int slots = leases.liveSlots(pool, now);
        require(open <= WINDOW * slots, "G9 window", open + " messages for " + slots + " slots of " + pool);
    }

    /** Rule 14: one owner at a time, and whoever has lost a run does nothing more to it. */
    private void checkOwner(LedgerOperation operation, Object outcome, long now) {
        if (operation instanceof LedgerOperation.Claim && outcome instanceof Optional<?> claimed && claimed.isPresent()) {
            ClaimedRun claim = (ClaimedRun) claimed.get();
            Seen seen = runs.get(claim.workloadId());
            require(seen == null || seen.owner == null || seen.ownerUntil < now, "G5 one owner", claim);
            owners.put(claim.workloadId(), claim.epoch());
        }
        claimOf(operation).filter(claim -> owners.get(claim.workloadId()) != claim.epoch()).ifPresent(claim -> require(
                outcome == ErrorCode.OWNERSHIP_LOST || outcome.equals(false) || operation instanceof LedgerOperation.Release,
                "G5 only its owner conducts a run", operation));
    }

    private static Optional<ClaimedRun> claimOf(LedgerOperation operation) {
        return Optional.ofNullable(
                operation instanceof LedgerOperation.Keep keep ? keep.run()
                : operation instanceof LedgerOperation.Release release ? release.run()
                : operation instanceof LedgerOperation.Insert insert ? insert.run()
                : operation instanceof LedgerOperation.Settle settle ? settle.run()
                : operation instanceof LedgerOperation.OpenPartition open ? open.run()
                : operation instanceof LedgerOperation.Advance advance ? advance.run()
                : operation instanceof LedgerOperation.Publish publish ? publish.run()
                : operation instanceof LedgerOperation.CancelWorkload cancel ? cancel.run() : null);
    }

    /** G5: a generation moves forward, revisions grow, and every change of a state is told. */
    private void check(Run run, LedgerOperation operation, LedgerRows rows) {
        Seen now = new Seen(run.generation, run.state, run.revision, run.owner, run.ownerUntil);
        Seen before = runs.put(run.workloadId, now);
        if (before == null || before.equals(now)) {
            return;
        }
        require(before.revision <= now.revision, "G5 revisions grow", run);
        if (claimOf(operation).filter(claim -> owners.get(claim.workloadId()) != claim.epoch()).isPresent()) {
            require(before.equals(now), "G5 only its owner gives a run back", operation);
        }
        if (before.generation == now.generation && before.state == now.state) {
            return;
        }
        require(before.generation == now.generation ? before.state.compareTo(now.state) < 0
                : before.generation + 1 == now.generation && before.state.isTerminal(), "G5 states move forward", before + " " + run);
        require(rows.events.stream().anyMatch(event -> event.workloadId.equals(run.workloadId) && event.revision == run.revision
                && event.state == run.state), "G5 changes are told", run);
    }

    /** What holds once everything has settled. */
    void checkEnd(LedgerRows rows, Map<UUID, List<NewItem>> lines, Map<String, String> artifacts) {
        for (Run run : rows.runs) {
            List<Item> items = rows.items.stream().filter(item -> item.workloadId.equals(run.workloadId)).toList();
            require(items.stream().noneMatch(item -> item.state == ItemState.PENDING), "G3 all is settled", run);
            require(run.state != RunState.COMPLETED
                    || (run.resultsKey != null && items.size() == lines.get(run.workloadId).size()), "G3 every line is an item", run);
        }
        rows.items.stream().filter(item -> item.state == ItemState.COMPLETED).forEach(item ->
                require(item.resultSha256.equals(artifacts.get(item.resultKey)), "G4 a result is what was stored", item));
        rows.tasks.stream().filter(task -> task.state == TaskState.SUCCEEDED).forEach(task ->
                require(task.artifactSha256.equals(artifacts.get(task.artifactKey)), "G4 an artifact is what was stored", task));
        require(rows.events.stream().map(event -> event.workloadId + " " + event.revision).distinct().count() == rows.events.size(),
                "G5 a revision is told once", rows.events);
    }
}
