package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.CascadeException;
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
        WorkloadPlan plan = planner.plan(
                accepted.cascade(), accepted.stopAfter(), accepted.determinism(), accepted.model());
        requireRoom(accepted, accepted.items() * plan.bytesPerItem(accepted.model().vaeScaleFactor()));
        runs.open(accepted.workloadId(), plan);
    }

    /** What other open workloads will need is not counted. */
    private static void requireRoom(WorkloadAccepted accepted, long neededBytes) {
        if (neededBytes > accepted.freeBytes()) {
            throw StoreRoom.exceeded("accept", accepted.items(), neededBytes, accepted.freeBytes());
        }
    }
}
