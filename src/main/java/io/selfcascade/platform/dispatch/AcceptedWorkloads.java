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
    private final Admission admission;

    AcceptedWorkloads(WorkloadPlanner planner, RunLedger runs, Admission admission) {
        this.planner = planner;
        this.runs = runs;
        this.admission = admission;
    }

    /**
     * @throws CascadeException if the cascade cannot be planned, its tenant has as much as it may, or the artifacts will not
     *     fit; the workload is then refused
     */
    @EventListener
    public void on(WorkloadAccepted accepted) {
        WorkloadPlan plan = planner.plan(
                accepted.cascade(), accepted.stopAfter(), accepted.determinism(), accepted.model());
        long bytes = bytes(accepted.items(), plan, accepted.model());
        admission.enter();
        admission.requireQuota("accept", accepted.tenant(), accepted.items());
        admission.requireRoom("accept", accepted.items(), bytes, accepted.freeBytes());
        runs.open(accepted.workloadId(), plan);
        admission.promise(accepted.workloadId(), accepted.items(), bytes);
    }

    /**
     * What is proposed takes its place when it begins; what is open by then is not known yet.
     *
     * @throws CascadeException if the cascade cannot be planned or its artifacts will not fit
     */
    @EventListener
    public void on(WorkloadProposed proposed) {
        WorkloadPlan plan = planner.plan(
                proposed.cascade(), proposed.stopAfter(), proposed.determinism(), proposed.model());
        admission.requireRoomAtAll(
                "accept", proposed.items(), bytes(proposed.items(), plan, proposed.model()), proposed.freeBytes());
    }

    private static long bytes(int items, WorkloadPlan plan, ModelRegistration model) {
        return items * plan.bytesPerItem(model.vaeScaleFactor());
    }
}
