package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.OwnershipLostException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.step.StepExecution;

/**
 * The runs this process conducts, by workload. A job names its workload; by what right it may touch it, its epoch, is
 * known only here, because a restarted job keeps the parameters of the first start.
 */
final class ConductedRuns {

    static final String WORKLOAD = "workload_id";
    static final String GENERATION = "generation";

    private final Map<UUID, ConductedRun> runs = new ConcurrentHashMap<>();

    static JobParameters parameters(ClaimedRun claim) {
        return new JobParametersBuilder()
                .addString(WORKLOAD, claim.workloadId().toString())
                .addLong(GENERATION, (long) claim.generation())
                .toJobParameters();
    }

    /** @return the run this process conducted under a former claim, if its thread has not ended yet */
    Optional<ConductedRun> add(ConductedRun run) {
        return Optional.ofNullable(runs.put(run.claim().workloadId(), run));
    }

    void remove(ConductedRun run) {
        runs.remove(run.claim().workloadId(), run);
    }

    Collection<ConductedRun> all() {
        return List.copyOf(runs.values());
    }

    int size() {
        return runs.size();
    }

    /** @throws OwnershipLostException if this process does not conduct the step's workload any more */
    ConductedRun of(StepExecution step) {
        return of(String.valueOf(step.getJobParameters().getString(WORKLOAD)));
    }

    /** @throws OwnershipLostException if this process does not conduct the workload any more */
    ConductedRun of(String workload) {
        UUID id = UUID.fromString(workload);
        ConductedRun run = runs.get(id);
        if (run == null) {
            throw new OwnershipLostException(id, -1);
        }
        run.requireOwned();
        return run;
    }
}
