package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.Partitioning;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.WorkloadRun;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.partition.StepExecutionSplitter;
import org.springframework.batch.core.partition.support.SimpleStepExecutionSplitter;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;

/** Divides a run's items into ranges of ordinals, each a step execution; after a restart into the same ranges. */
final class PartitionPlan implements StepExecutionSplitter {

    private static final String STEP = "items";
    private static final String NUMBER = "partition";

    private final JobRepository repository;
    private final ConductedRuns conducted;
    private final RunLedger runs;
    private final ItemLedger items;

    PartitionPlan(JobRepository repository, ConductedRuns conducted, RunLedger runs, ItemLedger items) {
        this.repository = repository;
        this.conducted = conducted;
        this.runs = runs;
        this.items = items;
    }

    @Override
    public String getStepName() {
        return STEP;
    }

    /** @return a step execution for every partition not completed yet; the first call settles the total */
    @Override
    public Set<StepExecution> split(StepExecution generate, int gridSize) throws JobExecutionException {
        Partitioning partitioning = settle(conducted.of(generate));
        return new SimpleStepExecutionSplitter(repository, STEP, grid -> contexts(partitioning))
                .split(generate, gridSize);
    }

    /** The division of a run whose total is settled. */
    static Partitioning of(WorkloadRun run) {
        return run.total() == null || run.partitionSize() == null
                ? new Partitioning(0, 1) : new Partitioning(run.total(), run.partitionSize());
    }

    /** Number of a partition, from its step execution. */
    static int number(StepExecution partition) {
        return partition.getExecutionContext().getInt(NUMBER);
    }

    private Partitioning settle(ConductedRun run) {
        WorkloadRun row = runs.get(run.claim().workloadId());
        if (row.total() != null) {
            return of(row);
        }
        // Ordinals have no gaps: every line that is not blank became an item, good or refused.
        Partitioning partitioning = Partitioning.of((int) items.count(run.claim().workloadId()).total());
        runs.settleTotal(run.claim(), partitioning);
        return partitioning;
    }

    private static Map<String, ExecutionContext> contexts(Partitioning partitioning) {
        Map<String, ExecutionContext> contexts = new LinkedHashMap<>();
        partitioning.partitions().forEach(number -> {
            ExecutionContext context = new ExecutionContext();
            context.putInt(NUMBER, number);
            contexts.put(String.format("%03d", number), context);
        });
        return contexts;
    }
}
