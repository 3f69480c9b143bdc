package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who conducts a run, and how far it is. Only the owner of a run, proved by its epoch, moves it on.
 *
 * <p>Every method joins the caller's transaction or opens its own.
 */
public class RunLedger {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final StagePlans plans;
    private final PartitionCounts partitions;
    private final Duration ownerLease;

    RunLedger(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Revisions revisions,
            StagePlans plans,
            PartitionCounts partitions,
            Duration ownerLease) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.plans = plans;
        this.partitions = partitions;
        this.ownerLease = ownerLease;
    }

    /** Queues a workload whose row the caller's transaction has just inserted. */
    public void open(UUID workload, WorkloadPlan plan) {
        transactions.run(() -> {
            jdbc.sql("INSERT INTO run_owner (workload_id) VALUES (:workload)").param("workload", workload).update();
            jdbc.sql("""
                    INSERT INTO workload_run (workload_id, tenant, queued_at)
                    SELECT id, tenant, ledger_now() FROM workload WHERE id = :workload
                    """)
                    .param("workload", workload)
                    .update();
            plans.store(workload, plan);
            revisions.changed(workload);
        });
    }

    /**
     * Takes the right to conduct a run that nobody conducts: queued ones, and those whose owner died. Of the tenant of which the
     * fewest are conducted, so that a thousand runs of one do not keep out the one of another; of it the most urgent.
     *
     * @param owner name of this process
     * @return empty if every open run is paused or has an owner
     */
    public Optional<ClaimedRun> claim(String owner) {
        return claim(owner, true);
    }

    /** As {@link #claim}, only of tenants of which nobody conducts a run. */
    public Optional<ClaimedRun> claimOfWaitingTenant(String owner) {
        return claim(owner, false);
    }

    private Optional<ClaimedRun> claim(String owner, boolean ofAnyTenant) {
        // SKIP LOCKED: another coordinator is claiming the locked row at this moment; the next best is ours.
        return transactions.run(() -> jdbc.sql("""
                UPDATE run_owner AS o
                   SET owner = :owner, epoch = o.epoch + 1, owner_until = ledger_now() + :lease * interval '1 second'
                  FROM workload_run AS r
                 WHERE r.workload_id = o.workload_id
                   AND o.workload_id = (
                        SELECT free.workload_id
                          FROM run_owner free
                          JOIN workload_run open USING (workload_id)
                          JOIN workload w ON w.id = free.workload_id
                          LEFT JOIN (SELECT r.tenant, count(*) AS runs
                                       FROM run_owner o JOIN workload_run r ON r.workload_id = o.workload_id
                                      WHERE o.owner IS NOT NULL AND o.owner_until >= ledger_now()
                                        AND r.state IN ('queued', 'validating', 'in_progress', 'finalizing')
                                      GROUP BY r.tenant) AS conducted ON conducted.tenant = open.tenant
                         WHERE open.state IN ('queued', 'validating', 'in_progress', 'finalizing')
                           AND open.desired <> 'pause'
                           AND (free.owner IS NULL OR free.owner_until < ledger_now())
                           AND (:any OR conducted.runs IS NULL)
                         ORDER BY coalesce(conducted.runs, 0), w.priority DESC, open.queued_at
                         LIMIT 1
                           FOR UPDATE OF free SKIP LOCKED)
                RETURNING o.workload_id, o.epoch, r.generation
                """)
                .param("owner", owner)
                .param("lease", ownerLease.toSeconds())
                .param("any", ofAnyTenant)
                .query((rs, n) -> new ClaimedRun(rs.getObject(1, UUID.class), rs.getLong(2), rs.getInt(3)))
                .optional());
    }

    /** @return whether the lease was renewed; if not, the run has another owner */
    public boolean keep(ClaimedRun run) {
        return transactions.run(() -> jdbc.sql("""
                UPDATE run_owner SET owner_until = ledger_now() + :lease * interval '1 second'
                 WHERE workload_id = :workload AND epoch = :epoch AND owner IS NOT NULL
                """)
                .param("lease", ownerLease.toSeconds())
                .param("workload", run.workloadId())
                .param("epoch", run.epoch())
                .update()) == 1;
    }

    /** Lets everybody claim the run at once. Does nothing if it has another owner already. */
    public void release(ClaimedRun run) {
        release(run, Duration.ZERO);
    }

    /** Lets the run rest before anybody may claim it, so that one that keeps failing does not spin. */
    public void release(ClaimedRun run, Duration rest) {
        transactions.run(() -> jdbc.sql("""
                UPDATE run_owner
                   SET owner = CASE WHEN :rest > 0 THEN owner END, owner_until = ledger_now() + :rest * interval '1 second'
                 WHERE workload_id = :workload AND epoch = :epoch
                """)
                .param("rest", rest.toSeconds())
                .param("workload", run.workloadId())
                .param("epoch", run.epoch())
                .update());
    }

    /**
     * Ends the ownership of every run. Only for a process that knows no other to be alive: one that holds the lock of
     * the embedded servers' folder.
     *
     * @return number of runs that had an owner
     */
    public int releaseAll() {
        return transactions.run(() -> jdbc.sql("""
                UPDATE run_owner SET owner = NULL, owner_until = NULL, epoch = epoch + 1 WHERE owner IS NOT NULL
                """).update());
    }

    /**
     * The first statement of every transaction of a job: holds the ownership until the transaction ends.
     *
     * <p>The owner's lease cannot be renewed meanwhile, so the transaction stays well below the lease.
     *
     * @throws OwnershipLostException if the run has another owner
     */
    public void checkOwned(UUID workload, long epoch) {
        jdbc.sql("SELECT epoch FROM run_owner WHERE workload_id = :workload AND epoch = :epoch FOR SHARE")
                .param("workload", workload)
                .param("epoch", epoch)
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new OwnershipLostException(workload, epoch));
    }

    /** @throws CascadeException NOT_FOUND if there is no such run */
    public WorkloadRun get(UUID workload) {
        return find(workload).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (was it deleted?)"));
    }

    public Optional<WorkloadRun> find(UUID workload) {
        return RunRows.find(jdbc, workload);
    }

    /**
     * Moves the run forward.
     *
     * @return whether it moved; a run that is there already or beyond stays where it is
     * @throws OwnershipLostException if the run has another owner
     */
    public boolean advance(ClaimedRun run, RunState state) {
        return advance(run, state, null, null);
    }

    /** Ends or moves the run with the reason why. See {@link #advance(ClaimedRun, RunState)}. */
    public boolean advance(ClaimedRun run, RunState state, @Nullable ErrorCode code, @Nullable String detail) {
        return transactions.run(() -> {
            checkOwned(run.workloadId(), run.epoch());
            int moved = jdbc.sql("""
                    UPDATE workload_run
                       SET state = :state, error_code = coalesce(:code, error_code), error_detail = coalesce(:detail, error_detail),
                           started_at = coalesce(started_at, ledger_now()),
                           finished_at = CASE WHEN :terminal THEN ledger_now() END,
                           collect_at = CASE WHEN :terminal THEN ledger_now() END
                     WHERE workload_id = :workload AND generation = :generation AND state = ANY(:before)
                    """)
                    .param("state", state.stored())
                    .param("code", code == null ? null : Codes.stored(code))
                    .param("detail", detail)
                    .param("terminal", state.isTerminal())
                    .param("workload", run.workloadId())
                    .param("generation", run.generation())
                    .param("before", state.predecessors())
                    .update();
            if (moved == 1) {
                revisions.changed(run.workloadId());
            }
            if (moved == 1 && state.compareTo(RunState.IN_PROGRESS) > 0) {
                FairShare.leave(jdbc, run.workloadId());
            }
            return moved == 1;
        });
    }

    /** Remembers which job execution conducts the run. */
    public void bindJob(ClaimedRun run, long jobExecutionId) {
        transactions.run(() -> {
            checkOwned(run.workloadId(), run.epoch());
            jdbc.sql("UPDATE workload_run SET job_execution_id = :job WHERE workload_id = :workload")
                    .param("job", jobExecutionId)
                    .param("workload", run.workloadId())
                    .update();
        });
    }

    /**
     * Fixes the total and divides it, once ingest has written every item. Calling it again changes nothing.
     *
     * @return the number of items, refused ones included
     * @throws OwnershipLostException if the run has another owner
     */
    public int settleTotal(ClaimedRun run, Partitioning partitioning) {
        return transactions.run(() -> {
            checkOwned(run.workloadId(), run.epoch());
            if (partitions.settleTotal(run.workloadId(), partitioning)) {
                revisions.changed(run.workloadId());
            }
            return partitions.total(run.workloadId());
        });
    }

    /** Names the written objects in one statement; before it they do not exist for any reader. */
    public void publish(ClaimedRun run, String resultsKey, String errorsKey, String manifestKey) {
        transactions.run(() -> {
            checkOwned(run.workloadId(), run.epoch());
            jdbc.sql("""
                    UPDATE workload_run SET results_key = :results, errors_key = :errors, manifest_key = :manifest
                     WHERE workload_id = :workload
                    """)
                    .param("results", resultsKey)
                    .param("errors", errorsKey)
                    .param("manifest", manifestKey)
                    .param("workload", run.workloadId())
                    .update();
        });
    }
}
