package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The job of a claimed run: what it does next follows from what it reads of the ledger. */
final class SimulatedJob {

    private static final int PARTITION_SIZE = 4;
    private static final int CHUNK = 3;

    private final Random random;
    private final Simulation simulation;
    private final ClaimedRun claim;
    private final LedgerRows rows;
    private final Run run;
    private final List<NewItem> lines;

    SimulatedJob(Random random, Simulation simulation, ClaimedRun claim) {
        this.random = random;
        this.simulation = simulation;
        this.claim = claim;
        this.rows = simulation.rows();
        this.run = rows.runs.stream().filter(r -> r.workloadId.equals(claim.workloadId())).findFirst().orElseThrow();
        this.lines = simulation.lines(run.workloadId);
    }

    LedgerOperation next() {
        if (run.state.isTerminal() || run.desired == Desired.PAUSE || run.generation != claim.generation()) {
            return new LedgerOperation.Release(claim, Duration.ZERO);
        }
        boolean isPending = rows.items.stream()
                .anyMatch(item -> item.workloadId.equals(run.workloadId) && item.state == ItemState.PENDING);
        Optional<ErrorCode> early = early();
        if (early.isPresent() && run.state != RunState.QUEUED && (isPending || run.total == null)) {
            return new LedgerOperation.CancelWorkload(claim, early.get() == ErrorCode.CONFLICT ? null : early.get());
        }
        Partitioning partitioning = new Partitioning(lines.size(), PARTITION_SIZE);
        return switch (run.state) {
            case QUEUED -> new LedgerOperation.Advance(claim, RunState.VALIDATING, null);
            case VALIDATING -> early.isPresent() ? end(early) : run.total == null ? ingest(partitioning)
                    : new LedgerOperation.Advance(claim, RunState.IN_PROGRESS, null);
            case IN_PROGRESS -> !isPending ? new LedgerOperation.Advance(claim, RunState.FINALIZING, null)
                    : run.openedUntil >= lines.size() ? new LedgerOperation.Keep(claim)
                    : new LedgerOperation.OpenPartition(claim, partitioning, run.openedUntil / PARTITION_SIZE);
            default -> run.resultsKey == null ? new LedgerOperation.Publish(claim) : end(early);
        };
    }

    private LedgerOperation end(Optional<ErrorCode> early) {
        RunState state = early.map(why -> why == ErrorCode.CONFLICT ? RunState.CANCELLED
                : why == ErrorCode.TOO_MANY_FAILURES ? RunState.FAILED : RunState.EXPIRED).orElse(RunState.COMPLETED);
        return new LedgerOperation.Advance(claim, state, state == RunState.FAILED ? ErrorCode.TOO_MANY_FAILURES : null);
    }

    /** A job that was restarted reads some lines once more. */
    private LedgerOperation ingest(Partitioning partitioning) {
        int read = (int) rows.items.stream().filter(item -> item.workloadId.equals(run.workloadId)).count();
        if (read == lines.size()) {
            return new LedgerOperation.Settle(claim, partitioning);
        }
        int from = Math.max(0, read - random.nextInt(CHUNK));
        return new LedgerOperation.Insert(claim, lines.subList(from, Math.min(lines.size(), from + CHUNK)));
    }

    private Optional<ErrorCode> early() {
        if (run.desired == Desired.CANCEL) {
            return Optional.of(ErrorCode.CONFLICT);
        }
        int failed = rows.partitions.stream().filter(partition -> partition.workloadId.equals(run.workloadId))
                .mapToInt(partition -> partition.failed).sum();
        if (run.failureLimit != null && failed > run.failureLimit) {
            return Optional.of(ErrorCode.TOO_MANY_FAILURES);
        }
        return run.deadline != null && run.deadline <= simulation.now ? Optional.of(ErrorCode.DEADLINE_EXCEEDED) : Optional.empty();
    }
}
