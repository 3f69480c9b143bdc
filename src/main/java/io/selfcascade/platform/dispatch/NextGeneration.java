package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Begins the next generation of a workload that has ended: chosen items are pending once more, their dead and cancelled tasks
 * are ready, and whatever succeeded stays. The fence of every task that runs again is taken away, so nothing a worker still
 * says about the former generation counts.
 */
public class NextGeneration {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final StagePlans plans;
    private final ModelRegistry models;
    private final ReopenedItems reopened;
    private final Drafts drafts;
    private final Admission admission;

    NextGeneration(
            JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, StagePlans plans,
            PartitionCounts partitions, ModelRegistry models, Admission admission) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.plans = plans;
        this.models = models;
        this.reopened = new ReopenedItems(jdbc, partitions);
        this.drafts = new Drafts(jdbc);
        this.admission = admission;
    }

    /**
     * Has failed and cancelled items run again; refused lines never ran and cannot. An item goes on from its deepest pivot, or
     * from the start where {@code keep_pivots} has removed the one it needs.
     *
     * @return the run as it is after the request: queued, or as it was if it is in the wanted generation already
     * @throws CascadeException NOT_FOUND if there is no such run; CONFLICT if it has not ended, its deadline has passed, or no
     *     item can run again; QUOTA_EXCEEDED if its tenant has as much open as it may
     */
    public WorkloadRun retry(UUID workload, GenerationRequest request) {
        return transactions.run(() -> {
            WorkloadRun run = get(workload);
            if (isBegun(run, request)) {
                return run;
            }
            requireEnded("retry", run, request.generation());
            // Nothing was opened: the input may not have been read to its end, and is read again.
            boolean isUnread = run.openedUntil() == 0;
            if (isUnread && request.items() != null) {
                throw conflict("retry", run, "its input may not have been read to its end (retry all of it)");
            }
            int opened = reopened.open(workload, request.items());
            if (opened == 0 && !isUnread) {
                if (isBegun(get(workload), request)) {
                    return get(workload);
                }
                throw conflict("retry", run, "none of " + (request.items() == null ? "its" : "these")
                        + " items failed or was cancelled (refused lines need a new workload)");
            }
            reopened.readyTasks(workload, run.generation() + 1);
            if (isUnread) {
                reopened.forgetTotal(workload);
            } else {
                reopened.recount(workload);
            }
            admission.enter();
            admission.requireQuota("retry", workload, opened);
            return begin("retry", run, 0);
        });
    }

    /**
     * Sends items on from their drafts to full size. An item begins at its draft's pivot, or at stage 0 where {@code keep_pivots}
     * has removed that; the noise, and so the picture, is the same as if it had never stopped.
     *
     * @param freeBytes room in the artifact store
     * @return the run as it is after the request: queued, or as it was if it is in the wanted generation already
     * @throws CascadeException NOT_FOUND if there is no such run or item; NO_DRAFT if the workload does not stop at drafts, or an
     *     item has none; CONFLICT if the run has not ended or its deadline has passed; EXCEEDS_STORAGE if the pictures will not fit;
     *     QUOTA_EXCEEDED if its tenant has as much open as it may
     */
    public WorkloadRun promote(UUID workload, GenerationRequest request, long freeBytes) {
        return transactions.run(() -> {
            WorkloadRun run = get(workload);
            if (isBegun(run, request)) {
                return run;
            }
            WorkloadPlan plan = plans.load(workload);
            if (!plan.hasDrafts()) {
                throw new CascadeException(ErrorCode.NO_DRAFT, "Cannot promote workload " + workload
                        + ": every item of it goes to its full size (drafts need stop_after in the request)");
            }
            requireEnded("promote", run, request.generation());
            int promoted = drafts.open(workload, request.items());
            if (promoted == 0 && isBegun(get(workload), request)) {
                return get(workload);
            }
            drafts.requireAll(workload, request.items(), promoted);
            reopened.readyTasks(workload, run.generation() + 1);
            reopened.recount(workload);
            admit(workload, plan, promoted, freeBytes);
            return begin("promote", run, promoted);
        });
    }

    private WorkloadRun get(UUID workload) {
        return RunRows.find(jdbc, workload).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (check the id)"));
    }

    /** The same request was granted before; also if that happened while this one waited for the items' locks. */
    private static boolean isBegun(WorkloadRun run, GenerationRequest request) {
        return request.generation() != null && request.generation() == run.generation();
    }

    private void requireEnded(String verb, WorkloadRun run, @Nullable Integer wanted) {
        if (!run.state().isTerminal()) {
            throw conflict(verb, run, "it has not ended (wait, or cancel it first)");
        }
        if (wanted != null && wanted != run.generation() + 1) {
            throw conflict(verb, run, "its next generation is " + (run.generation() + 1) + ", not " + wanted);
        }
        boolean isOver = jdbc.sql("SELECT coalesce(deadline <= ledger_now(), false) FROM workload WHERE id = :workload")
                .param("workload", run.workloadId())
                .query(Boolean.class)
                .single();
        if (isOver) {
            throw conflict(verb, run, "its deadline has passed (give it another, or submit it again)");
        }
    }

    /** The same early no as at intake: what the drafts needed is there, the rest of their way is still to be stored. */
    private void admit(UUID workload, WorkloadPlan plan, int items, long freeBytes) {
        long needed = items * plan.bytesPerPromotion(models.require(plan.model().id()).vaeScaleFactor());
        admission.enter();
        admission.requireQuota("promote", workload, items);
        admission.requireRoom("promote", items, needed, freeBytes);
        admission.promise(workload, 0, needed);
    }

    /** Documents of the former generation no longer tell the truth; readers see the present until new ones are written. */
    private WorkloadRun begin(String verb, WorkloadRun run, int promoted) {
        List<Integer> begun = jdbc.sql("""
                UPDATE workload_run
                   SET generation = generation + 1, state = 'queued', desired = 'run', queued_at = ledger_now(), finished_at = NULL,
                       collect_at = NULL, opened_until = 0, promoted = promoted + :promoted,
                       results_key = NULL, errors_key = NULL, manifest_key = NULL, error_code = NULL, error_detail = NULL
                 WHERE workload_id = :workload AND generation = :generation AND finished_at IS NOT NULL
                RETURNING generation
                """)
                .param("promoted", promoted)
                .param("workload", run.workloadId())
                .param("generation", run.generation())
                .query(Integer.class)
                .list();
        if (begun.isEmpty()) {
            throw conflict(verb, run, "somebody else has just begun its next generation");
        }
        revisions.changed(run.workloadId());
        return get(run.workloadId());
    }

    private static CascadeException conflict(String verb, WorkloadRun run, String reason) {
        return new CascadeException(ErrorCode.CONFLICT, "Cannot " + verb + " workload " + run.workloadId() + ", which is "
                + run.state().stored() + " in generation " + run.generation() + ": " + reason);
    }
}
