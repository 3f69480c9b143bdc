package io.selfcascade.platform.batch;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.ItemCounts;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.PartitionCount;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.report.ResultDocuments;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;

/**
 * Writes results, errors and manifest of a run whose items are all settled, and names them in one statement. After a
 * crash it starts over: the objects carry generation and epoch in their names, so no writer meets another's.
 */
final class FinalizeTasklet implements Tasklet {

    private final ConductedRuns conducted;
    private final RunLedger runs;
    private final ItemLedger items;
    private final ResultDocuments documents;
    private final ArtifactStore store;

    FinalizeTasklet(
            ConductedRuns conducted, RunLedger runs, ItemLedger items, ResultDocuments documents, ArtifactStore store) {
        this.conducted = conducted;
        this.runs = runs;
        this.items = items;
        this.documents = documents;
        this.store = store;
    }

    /** Holds no transaction while it writes: a million lines take longer than a lease. */
    @Override
    public RepeatStatus execute(StepContribution contribution, ChunkContext context) {
        ClaimedRun claim = conducted.of(contribution.getStepExecution()).claim();
        runs.advance(claim, RunState.FINALIZING);
        requireHonestCounters(claim.workloadId());
        UUID workload = claim.workloadId();
        StoredArtifact results = store.put(
                key(claim, "results", "jsonl"), out -> documents.writeResults(workload, out));
        StoredArtifact errors = store.put(
                key(claim, "errors", "jsonl"), out -> documents.writeErrors(workload, out));
        StoredArtifact manifest = store.put(
                key(claim, "manifest", "json"), out -> documents.writeManifest(workload, results, errors, out));
        runs.publish(claim, results.key(), errors.key(), manifest.key());
        return RepeatStatus.FINISHED;
    }

    private static String key(ClaimedRun claim, String document, String extension) {
        return claim.workloadId() + "/" + document + ".g" + claim.generation() + ".e" + claim.epoch() + "." + extension;
    }

    /** What progress was made of must be what the items say; else the counters, or an item, are wrong. */
    private void requireHonestCounters(UUID workload) {
        ItemCounts real = items.count(workload);
        List<PartitionCount> counters = items.partitionCounts(workload);
        ItemCounts counted = new ItemCounts(0, sum(counters, PartitionCount::completed),
                sum(counters, PartitionCount::failed), sum(counters, PartitionCount::cancelled));
        if (!real.equals(counted) || real.total() != sum(counters, PartitionCount::total)) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot finalize workload " + workload + ": its items say "
                    + real + ", its counters " + counted + " (nothing was published; the ledger needs a look)");
        }
    }

    private static long sum(List<PartitionCount> counters, ToIntFunction<PartitionCount> part) {
        return counters.stream().mapToLong(part::applyAsInt).sum();
    }
}
