package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.RunLedger;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.StepInterruptionPolicy;

/** Ends a chunk step between two chunks when its run is paused or its process stops. */
final class StopWhenAsked implements StepInterruptionPolicy {

    private final ConductedRuns conducted;
    private final RunLedger runs;

    StopWhenAsked(ConductedRuns conducted, RunLedger runs) {
        this.conducted = conducted;
        this.runs = runs;
    }

    @Override
    public void checkInterrupted(StepExecution step) throws JobInterruptedException {
        ConductedRun run = conducted.of(step);
        if (run.isStopping() || runs.get(run.claim().workloadId()).desired() == Desired.PAUSE) {
            // Without this flag the step, its items half written, would end as COMPLETED.
            step.setTerminateOnly();
            throw new JobInterruptedException("Run " + run.claim().workloadId() + " is to wait");
        }
    }
}
