package io.selfcascade.platform.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.EndedRunFixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class JobRepairTest {

    private static final JobInstance INSTANCE = new JobInstance(1, "cascadeGeneration");

    @TempDir
    private Path folder;

    @Test
    void closesTheExecutionOfAThreadThatHasEndedAndNoOther() {
        EndedRunFixture ledger = new EndedRunFixture(new FileArtifactStore(folder, 0));
        JdbcClient jdbc = JdbcClient.create(ledger.dataSource());
        ledger.execute("INSERT INTO batch_job_instance VALUES (1, 0, 'cascadeGeneration', 'k')");
        execution(ledger, 1, "UNKNOWN");
        execution(ledger, 2, "STARTED");
        step(ledger, 1, 1, "COMPLETED");
        step(ledger, 2, 1, "UNKNOWN");
        step(ledger, 3, 2, "STARTED");

        new JobRepair(jdbc, ledger.runs(), new TransactionTemplate(new JdbcTransactionManager(ledger.dataSource())))
                .closeEnded(new JobExecution(1, INSTANCE, new JobParameters()));

        assertThat(statuses(jdbc, "batch_job_execution", "job_execution_id")).containsExactly("FAILED", "STARTED");
        assertThat(statuses(jdbc, "batch_step_execution", "step_execution_id"))
                .containsExactly("COMPLETED", "FAILED", "STARTED");
    }

    private static void execution(EndedRunFixture ledger, int id, String status) {
        ledger.execute("INSERT INTO batch_job_execution (job_execution_id, version, job_instance_id, create_time, status) "
                + "VALUES (" + id + ", 0, 1, localtimestamp, '" + status + "')");
    }

    private static void step(EndedRunFixture ledger, int id, int execution, String status) {
        ledger.execute("INSERT INTO batch_step_execution (step_execution_id, version, step_name, job_execution_id, create_time, status) "
                + "VALUES (" + id + ", 0, 'generate', " + execution + ", localtimestamp, '" + status + "')");
    }

    private static List<String> statuses(JdbcClient jdbc, String table, String id) {
        return jdbc.sql("SELECT status FROM " + table + " ORDER BY " + id).query(String.class).list();
    }
}
