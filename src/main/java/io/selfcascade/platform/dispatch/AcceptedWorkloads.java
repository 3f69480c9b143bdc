package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.springframework.context.event.EventListener;

/** Queues a workload in the transaction that accepts it: both are committed, or neither is. */
class AcceptedWorkloads {

    private final WorkloadPlanner planner;
    private final RunLedger runs;

    AcceptedWorkloads(WorkloadPlanner planner, RunLedger runs) {
        this.planner = planner;
        this.runs = runs;
    }

    /** @throws CascadeException if the cascade cannot be planned or its artifacts not stored; the workload is then refused */
    @EventListener
    public void on(WorkloadAccepted accepted) {
        WorkloadPlan plan = planner.plan(accepted.cascade(), accepted.determinism(), accepted.model());
        requireRoom(accepted, accepted.items() * plan.bytesPerItem(accepted.model().vaeScaleFactor()));
        runs.open(accepted.workloadId(), plan);
    }

    /** Better an early no than a night that ends at a full volume. What other open workloads will need is not counted. */
    private static void requireRoom(WorkloadAccepted accepted, long neededBytes) {
        if (neededBytes > accepted.freeBytes()) {
            throw new CascadeException(ErrorCode.EXCEEDS_STORAGE, "Cannot accept " + accepted.items()
                    + " items: their pivots and pictures need about " + megabytes(neededBytes) + ", the artifact store has "
                    + megabytes(accepted.freeBytes()) + " left (free some space, or send fewer items)");
        }
    }

    private static String megabytes(long bytes) {
        return (bytes + 999_999) / 1_000_000 + " MB";
    }
}
