package io.selfcascade.platform.batch;

import io.selfcascade.platform.intake.Workload;
import io.selfcascade.platform.intake.Workloads;
import java.sql.Timestamp;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Compares deadlines with the ledger's clock, the only one that all coordinators share. */
class Deadlines {

    private final Workloads workloads;
    private final JdbcClient jdbc;

    Deadlines(Workloads workloads, JdbcClient jdbc) {
        this.workloads = workloads;
        this.jdbc = jdbc;
    }

    /** Whether the workload has a deadline that has passed. People may move it while the run is under way. */
    boolean isOver(UUID workload) {
        return workloads.findById(workload).map(Workload::deadline).map(deadline ->
                jdbc.sql("SELECT ledger_now() >= :deadline").param("deadline", Timestamp.from(deadline))
                        .query(Boolean.class).single()).orElse(false);
    }
}
