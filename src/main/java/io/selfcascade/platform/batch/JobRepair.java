package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.RunLedger;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Closes what a former owner left open in the job repository, so that the job can be restarted. The only place that
 * writes Spring Batch's tables: its own recovery does nothing for an UNKNOWN execution, and asks nobody's leave.
 */
final class JobRepair {

    private static final Logger log = LoggerFactory.getLogger(JobRepair.class);

    private final JdbcClient jdbc;
    private final RunLedger runs;
    private final TransactionOperations transactions;

    JobRepair(JdbcClient jdbc, RunLedger runs, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.runs = runs;
        this.transactions = transactions;
    }

    /**
     * Closes an execution whose thread has ended in this process and which Spring Batch still calls unfinished: one that lost
     * its run while it slept writes UNKNOWN over what the next owner has closed, and nobody would come by again. Needs no
     * claim, because nothing runs under this execution any more.
     */
    void closeEnded(JobExecution execution) {
        transactions.executeWithoutResult(status -> close("= :id", execution.getId()));
    }

    /**
     * Marks every unfinished execution of the instance FAILED. A new version number makes a late write of the former
     * owner fail instead of undoing this.
     *
     * @throws io.selfcascade.platform.dispatch.OwnershipLostException if the claim is over
     */
    void closeOpenExecutions(ClaimedRun claim, JobInstance instance) {
        transactions.executeWithoutResult(status -> {
            runs.checkOwned(claim.workloadId(), claim.epoch());
            int closed = close("IN (SELECT job_execution_id FROM batch_job_execution WHERE job_instance_id = :id)",
                    instance.getInstanceId());
            if (closed > 0) {
                log.info("executions of a former owner closed workload={} jobs_and_steps={}", claim.workloadId(), closed);
            }
        });
    }

    private int close(String executions, long id) {
        int closed = 0;
        for (String table : List.of("batch_step_execution", "batch_job_execution")) {
            closed += jdbc.sql("UPDATE " + table + """
                     SET status = 'FAILED', exit_code = 'FAILED', end_time = localtimestamp,
                           last_updated = localtimestamp, version = version + 1
                     WHERE status IN ('STARTING', 'STARTED', 'STOPPING', 'UNKNOWN') AND job_execution_id
                    """ + executions)
                    .param("id", id)
                    .update();
        }
        return closed;
    }
}
