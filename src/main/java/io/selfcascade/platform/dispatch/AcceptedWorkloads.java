package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.plan.WorkloadPlanner;
import org.springframework.context.event.EventListener;

/** Queues a workload in the transaction that accepts it: both are committed, or neither is. */
class AcceptedWorkloads {

    private final WorkloadPlanner planner;
    private final RunLedger runs;

    AcceptedWorkloads(WorkloadPlanner planner, RunLedger runs) {
        this.planner = planner;
        this.runs = runs;
    }

    /** @throws io.selfcascade.spec.CascadeException if the cascade cannot be planned; the workload is then refused */
    @EventListener
    public void on(WorkloadAccepted accepted) {
        runs.open(accepted.workloadId(), planner.plan(accepted.cascade(), accepted.determinism(), accepted.model()));
    }
}
