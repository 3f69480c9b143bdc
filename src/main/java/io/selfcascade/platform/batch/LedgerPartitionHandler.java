package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.PartitionCount;
import io.selfcascade.platform.dispatch.Partitioning;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.dispatch.WorkloadRun;
import io.selfcascade.spec.ErrorCode;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.partition.PartitionHandler;
import org.springframework.batch.core.partition.StepExecutionSplitter;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;

/**
 * Generates by waiting: opens the partitions of a run in order, never too many tasks ahead, and awaits the ledger's
 * counters while dispatch and workers do the work. Between two looks it holds nothing, so it may wait for days.
 *
 * <p>A partition is done when its items are settled; that some of them failed is no failure of the job.
 */
final class LedgerPartitionHandler implements PartitionHandler {

    private final ConductedRuns conducted;
    private final RunLedger runs;
    private final ItemLedger items;
    private final Deadlines deadlines;
    private final JobRepository repository;
    private final BatchProperties properties;
    private final Clock clock;

    LedgerPartitionHandler(ConductedRuns conducted, RunLedger runs, ItemLedger items, Deadlines deadlines,
            JobRepository repository, BatchProperties properties, Clock clock) {
        this.conducted = conducted;
        this.runs = runs;
        this.items = items;
        this.deadlines = deadlines;
        this.repository = repository;
        this.properties = properties;
        this.clock = clock;
    }

    /** @return the partitions this execution has finished, all of them completed */
    @Override
    public Collection<StepExecution> handle(StepExecutionSplitter splitter, StepExecution generate)
            throws JobExecutionException, InterruptedException {
        ConductedRun run = conducted.of(generate);
        Map<Integer, StepExecution> open = byNumber(splitter.split(generate, 1));
        List<StepExecution> all = List.copyOf(open.values());
        Deque<Integer> unopened = new ArrayDeque<>(open.keySet());
        runs.advance(run.claim(), RunState.IN_PROGRESS);
        boolean endedEarly = false;
        while (!open.isEmpty()) {
            run.requireOwned();
            WorkloadRun row = runs.get(run.claim().workloadId());
            stopIfAsked(run, row, open.values());
            endedEarly = endedEarly || endEarly(run.claim(), row);
            if (!endedEarly) {
                openPartitions(run.claim(), PartitionPlan.of(row), unopened);
            }
            completeSettled(run.claim(), open);
            if (!open.isEmpty()) {
                Thread.sleep(properties.pollInterval().toMillis());
            }
        }
        return all;
    }

    private static Map<Integer, StepExecution> byNumber(Collection<StepExecution> partitions) {
        Map<Integer, StepExecution> byNumber = new TreeMap<>(Comparator.naturalOrder());
        partitions.forEach(partition -> byNumber.put(PartitionPlan.number(partition), partition));
        return byNumber;
    }

    /** Ends this execution of the step so that the next owner's can go on with what is open. */
    private void stopIfAsked(ConductedRun run, WorkloadRun row, Collection<StepExecution> open)
            throws JobInterruptedException {
        if (run.isStopping() || row.desired() == Desired.PAUSE) {
            open.forEach(partition -> end(partition, BatchStatus.STOPPED, ExitStatus.STOPPED));
            throw new JobInterruptedException("Run " + row.workloadId() + " is to wait");
        }
    }

    /** @return whether everything unsettled has been cancelled: by wish, for too many failures, or because the deadline is over */
    private boolean endEarly(ClaimedRun claim, WorkloadRun row) {
        if (row.desired() == Desired.CANCEL) {
            items.cancelWorkload(claim, null);
            return true;
        }
        if (items.tooManyFailures(claim.workloadId()).isPresent()) {
            items.cancelWorkload(claim, ErrorCode.TOO_MANY_FAILURES);
            return true;
        }
        if (deadlines.isOver(claim.workloadId())) {
            items.cancelWorkload(claim, ErrorCode.DEADLINE_EXCEEDED);
            return true;
        }
        return false;
    }

    private void openPartitions(ClaimedRun claim, Partitioning partitioning, Deque<Integer> unopened) {
        while (!unopened.isEmpty() && items.readyTasks(claim.workloadId()) < properties.readyTasks()) {
            items.openPartition(claim, partitioning, unopened.remove());
        }
    }

    private void completeSettled(ClaimedRun claim, Map<Integer, StepExecution> open) {
        for (PartitionCount count : items.partitionCounts(claim.workloadId())) {
            StepExecution partition = open.get(count.partition());
            if (partition != null && count.isSettled()) {
                partition.setReadCount(count.total());
                partition.setWriteCount(count.completed());
                partition.setFilterCount(count.cancelled());
                partition.setProcessSkipCount(count.failed());
                end(partition, BatchStatus.COMPLETED, ExitStatus.COMPLETED);
                open.remove(count.partition());
            }
        }
    }

    /** The second and last time this row is written; the first was when the step was divided. */
    private void end(StepExecution partition, BatchStatus status, ExitStatus exit) {
        LocalDateTime now = LocalDateTime.now(clock);
        partition.setStatus(status);
        partition.setExitStatus(exit);
        partition.setStartTime(partition.getCreateTime());
        partition.setEndTime(now);
        repository.update(partition);
    }
}
