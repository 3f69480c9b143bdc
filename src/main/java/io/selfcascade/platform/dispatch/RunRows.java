package io.selfcascade.platform.dispatch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads rows of {@code workload_run}. */
final class RunRows {

    private RunRows() {}

    static Optional<WorkloadRun> find(JdbcClient jdbc, UUID workload) {
        return jdbc.sql("SELECT * FROM workload_run WHERE workload_id = :workload")
                .param("workload", workload)
                .query((rs, n) -> map(rs))
                .optional();
    }

    private static WorkloadRun map(ResultSet rs) throws SQLException {
        return new WorkloadRun(
                rs.getObject("workload_id", UUID.class),
                rs.getInt("generation"),
                StoredState.of(RunState.class, rs.getString("state")),
                StoredState.of(Desired.class, rs.getString("desired")),
                rs.getLong("revision"),
                rs.getObject("job_execution_id", Long.class),
                rs.getObject("total", Integer.class),
                rs.getObject("partition_size", Integer.class),
                rs.getInt("opened_until"),
                rs.getInt("promoted"),
                rs.getObject("failure_limit", Integer.class),
                rs.getString("results_key"),
                rs.getString("errors_key"),
                rs.getString("manifest_key"),
                rs.getString("error_code"),
                rs.getString("error_detail"),
                rs.getObject("queued_at", OffsetDateTime.class).toInstant(),
                instant(rs, "started_at"),
                instant(rs, "finished_at"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime time = rs.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
