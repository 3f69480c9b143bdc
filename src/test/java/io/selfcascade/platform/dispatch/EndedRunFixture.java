package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** Ended runs of two scales and a decode, with rows by the real ledger and one file for each accepted artifact. */
public final class EndedRunFixture {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();
    private final ArtifactStore store;

    public EndedRunFixture(ArtifactStore store) {
        this.store = store;
    }

    public ArtifactLedger artifacts() {
        return new ArtifactLedger(ledger.jdbc, ledger.transactions, ledger.properties.retention());
    }

    /** Every item has its picture. */
    public UUID completed(int items, String keepPivots) {
        return ended(items, keepPivots, 3);
    }

    /** Every item failed at its second stage: the pivot of the first is where it would go on. */
    public UUID failedAtTheSecondStage(int items, String keepPivots) {
        return ended(items, keepPivots, 1);
    }

    /** Every item has stopped at its draft. */
    public UUID drafted(int items, String keepPivots) {
        return ended(items, keepPivots, 2, LedgerFixture.draftPlan());
    }

    private UUID ended(int items, String keepPivots, int stages) {
        return ended(items, keepPivots, stages, LedgerFixture.plan(8));
    }

    private UUID ended(int items, String keepPivots, int stages, WorkloadPlan plan) {
        ledger.beats.apply(List.of(worker.beat()));
        ClaimedRun run = ledger.generating(items, 5, plan);
        execute("UPDATE workload SET keep_pivots = '" + keepPivots + "' WHERE id = '" + run.workloadId() + "'");
        for (int stage = 0; stage < stages; stage++) {
            ledger.sent().forEach(this::succeed);
        }
        ledger.sent().forEach(message -> ledger.acceptance.accept(message.tasks().stream()
                .map(task -> worker.failed(message, task, ErrorCode.NON_FINITE)).toList()));
        ledger.runs.advance(run, RunState.COMPLETED);
        return run.workloadId();
    }

    /** What a retry does, as far as artifacts can tell. */
    public void beginNextGeneration(UUID workload) {
        execute("UPDATE workload_run SET generation = generation + 1, state = 'queued', finished_at = NULL, collect_at = NULL"
                + " WHERE workload_id = '" + workload + "'");
    }

    /** Keys that rows of the workload name, in order. */
    public List<String> named(UUID workload) {
        return ledger.jdbc.sql("""
                SELECT artifact_key FROM stage_task WHERE workload_id = :workload AND artifact_key IS NOT NULL
                 ORDER BY ordinal, stage
                """)
                .param("workload", workload)
                .query(String.class)
                .list();
    }

    public RunLedger runs() {
        return ledger.runs;
    }

    public DataSource dataSource() {
        return ledger.database.dataSource();
    }

    public void execute(String sql) {
        ledger.database.execute(sql);
    }

    public void tick(Duration duration) {
        ledger.tick(duration);
    }

    private void succeed(TaskMessage message) {
        List<TaskEvent> events = worker.succeeded(message);
        events.forEach(event -> store.put(((TaskSucceeded) event).artifact().key(), new byte[] {1}));
        ledger.acceptance.accept(events);
    }
}
