package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.dispatch.WorkerState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the registry of workers, by name. */
public class WorkerViews {

    private static final String SELECT = """
            SELECT w.id, w.pool, w.state, w.slots, w.device ->> 'kind', w.device ->> 'name',
                   (w.device ->> 'memory_bytes')::bigint, w.max_pixels,
                   ARRAY(SELECT jsonb_array_elements_text(w.models) ORDER BY 1),
                   (SELECT count(*) FROM task_dispatch d WHERE d.worker_id = w.id AND d.boot_id = w.boot_id AND d.state = 'running'),
                   w.last_seen
              FROM worker w
            """;

    private final JdbcClient jdbc;

    WorkerViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return empty if no worker has ever called itself so */
    public Optional<WorkerView> find(String id) {
        return jdbc.sql(SELECT + " WHERE w.id = :id").param("id", id).query((rs, n) -> view(rs)).optional();
    }

    /**
     * Workers in the order of their names.
     *
     * @param after the last name of the page before; null for the first page
     */
    public List<WorkerView> page(@Nullable String after, int limit) {
        return jdbc.sql(SELECT + " WHERE w.id > :after ORDER BY w.id LIMIT :limit")
                .param("after", after == null ? "" : after)
                .param("limit", limit)
                .query((rs, n) -> view(rs))
                .list();
    }

    private static WorkerView view(ResultSet rs) throws SQLException {
        return new WorkerView(rs.getString(1), rs.getString(2), StoredState.of(WorkerState.class, rs.getString(3)), rs.getInt(4),
                rs.getString(5), rs.getString(6), rs.getLong(7), rs.getLong(8), List.of((String[]) rs.getArray(9).getArray()),
                rs.getInt(10), rs.getObject(11, OffsetDateTime.class).toInstant());
    }
}
