package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads what changes of workloads were written down, from the table alone: every process hears of the changes of all. */
public class WorkloadEvents {

    private static final int MOST_AT_ONCE = 1_000;

    private final JdbcClient jdbc;

    public WorkloadEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The workload as it is, as an event would tell it.
     *
     * @throws CascadeException NOT_FOUND if there is no such run
     */
    public WorkloadEvent now(UUID workload) {
        return jdbc.sql("SELECT r.workload_id, r.revision, r.state, " + Revisions.BODY
                        + " FROM workload_run r WHERE r.workload_id = :workload")
                .param("workload", workload)
                .query((rs, n) -> event(rs))
                .optional()
                .orElseThrow(() -> new CascadeException(
                        ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (see GET /v1/workloads)"));
    }

    /**
     * The events after a revision that was read before, oldest first.
     *
     * @param most events worth reading
     * @return empty if there are more, if some may have been deleted since, or if the ledger never had that revision
     */
    public Optional<List<WorkloadEvent>> since(UUID workload, long revision, int most) {
        // Not every revision has an event. The last event up to this one is still there: so is all that follows it.
        List<WorkloadEvent> events = jdbc.sql("""
                SELECT workload_id, revision, body ->> 'state', body::text FROM workload_event
                 WHERE workload_id = :workload
                   AND revision >= (SELECT max(revision) FROM workload_event
                                     WHERE workload_id = :workload AND revision <= :revision)
                   AND :revision <= (SELECT revision FROM workload_run WHERE workload_id = :workload)
                 ORDER BY revision LIMIT :most
                """)
                .param("workload", workload)
                .param("revision", revision)
                .param("most", most + 2)
                .query((rs, n) -> event(rs))
                .list();
        return events.isEmpty() || events.size() == most + 2 ? Optional.empty() : Optional.of(events.subList(1, events.size()));
    }

    /**
     * The next events of several workloads in one query, by workload, oldest first; at most 1,000.
     *
     * @param seen of each workload the revision after which to begin
     */
    public List<WorkloadEvent> after(Map<UUID, Long> seen) {
        List<Map.Entry<UUID, Long>> entries = List.copyOf(seen.entrySet());
        return jdbc.sql("""
                SELECT e.workload_id, e.revision, e.body ->> 'state', e.body::text
                  FROM unnest(:workloads::uuid[], :revisions::bigint[]) AS s(workload, revision)
                  JOIN workload_event e ON e.workload_id = s.workload AND e.revision > s.revision
                 ORDER BY e.workload_id, e.revision LIMIT :most
                """)
                .param("workloads", entries.stream().map(Map.Entry::getKey).toArray(UUID[]::new))
                .param("revisions", entries.stream().map(Map.Entry::getValue).toArray(Long[]::new))
                .param("most", MOST_AT_ONCE)
                .query((rs, n) -> event(rs))
                .list();
    }

    private static WorkloadEvent event(ResultSet rs) throws SQLException {
        return new WorkloadEvent(rs.getObject(1, UUID.class), rs.getLong(2),
                StoredState.of(RunState.class, rs.getString(3)).isTerminal(), rs.getString(4));
    }
}
