package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.intake.WorkloadProposed;
import io.selfcascade.platform.model.ModelRegistration;
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
        requireRoom(accepted.items(), plan, accepted.model(), accepted.freeBytes());
        runs.open(accepted.workloadId(), plan);
    }

    /** @throws CascadeException as {@link #on(WorkloadAccepted)} would */
    @EventListener
    public void on(WorkloadProposed proposed) {
        WorkloadPlan plan = planner.plan(
                proposed.cascade(), proposed.stopAfter(), proposed.determinism(), proposed.model());
        requireRoom(proposed.items(), plan, proposed.model(), proposed.freeBytes());
    }

    /** What other open workloads will need is not counted. */
    private static void requireRoom(int items, WorkloadPlan plan, ModelRegistration model, long freeBytes) {
        long neededBytes = items * plan.bytesPerItem(model.vaeScaleFactor());
        if (neededBytes > freeBytes) {
            throw StoreRoom.exceeded("accept", items, neededBytes, freeBytes);
        }
    }
}
