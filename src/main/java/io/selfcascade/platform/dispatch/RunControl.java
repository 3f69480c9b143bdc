package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people may ask of a run. Asking changes one column; the conductor does the rest, a cancellation apart. */
public class RunControl {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final DispatchSignal signal;
    private final PromptCancellation cancellation;

    RunControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, DispatchSignal signal, Orders orders) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.signal = signal;
        this.cancellation = new PromptCancellation(jdbc, transactions, revisions, orders);
    }

    /**
     * Asks that the run goes on, pauses or is cancelled. Asking again for the same changes nothing; a cancellation is
     * final. When this returns from one, nothing of the run counts any more, and workers have been told to leave it.
     *
     * @return the run as it is after the request
     * @throws CascadeException NOT_FOUND if there is no such run; CONFLICT if it has ended or is being cancelled
     */
    public WorkloadRun want(UUID workload, Desired desired) {
        WorkloadRun run = transactions.run(() -> ask(workload, desired));
        if (desired == Desired.CANCEL && !run.state().isTerminal()) {
            cancellation.cancel(List.of(workload));
        }
        return run;
    }

    private WorkloadRun ask(UUID workload, Desired desired) {
        int changed = jdbc.sql("""
                UPDATE workload_run SET desired = :desired
                 WHERE workload_id = :workload AND desired NOT IN (:desired, 'cancel')
                   AND state IN ('queued', 'validating', 'in_progress', 'finalizing')
                """)
                .param("desired", desired.stored())
                .param("workload", workload)
                .update();
        if (changed == 1) {
            revisions.changed(workload);
            signal.raise();
        }
        WorkloadRun run = RunRows.find(jdbc, workload).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (check the id)"));
        if (run.desired() != desired || (run.state().isTerminal() && !isRepeated(run, desired))) {
            throw new CascadeException(ErrorCode.CONFLICT, "Cannot " + desired.stored() + " workload: " + workload
                    + " is " + (run.state().isTerminal() ? run.state().stored() : "being cancelled")
                    + " (POST …/retry runs what failed or was cancelled once more)");
        }
        return run;
    }

    /** Cancelling what has been cancelled is no mistake. */
    private static boolean isRepeated(WorkloadRun run, Desired desired) {
        return run.state() == RunState.CANCELLED && desired == Desired.CANCEL;
    }
}
