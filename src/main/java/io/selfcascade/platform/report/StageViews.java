package io.selfcascade.platform.report;

import io.selfcascade.platform.report.WorkloadView.Counts;
import io.selfcascade.platform.report.WorkloadView.StageView;
import io.selfcascade.platform.report.WorkloadView.StageView.Purpose;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the stages of a workload from their counters. */
final class StageViews {

    private final JdbcClient jdbc;

    StageViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The stages of items that start from a prompt, or of those that start from a picture where only such were opened. What
     * lies behind the drafts is among them once an item has been promoted.
     */
    List<StageView> of(UUID workload, Counts counts, int promoted) {
        return jdbc.sql("""
                WITH way AS (
                    SELECT DISTINCT ON (p.stage) p.*, count(*) OVER (PARTITION BY p.stage) AS ways,
                           bool_or(p.variant >= 2) OVER () AS stops
                      FROM stage_plan p
                     WHERE p.workload_id = :workload
                       AND p.variant % 2 = coalesce(
                           (SELECT min(variant % 2) FROM item WHERE workload_id = :workload AND ordinal < 1000), 0)
                     ORDER BY p.stage)
                SELECT p.stage, p.kind, (p.settings -> 'stage' ->> 'width')::int AS width,
                       (p.settings -> 'stage' ->> 'height')::int AS height,
                       greatest(1, coalesce((p.settings -> 'stage' ->> 'steps')::int
                                            * (p.settings -> 'stage' ->> 'start_timestep')::int / 1000, 1)) AS steps,
                       coalesce(c.opened, 0) AS opened, coalesce(c.succeeded, 0) AS succeeded, coalesce(c.dead, 0) AS dead,
                       coalesce(c.run_ms, 0) AS run_ms,
                       (SELECT count(*) FROM stage_task t
                         WHERE t.state = 'dispatched' AND t.workload_id = p.workload_id AND t.stage = p.stage) AS dispatched,
                       CASE WHEN NOT p.stops OR p.ways = 2 THEN 'ALL' WHEN p.variant < 2 THEN 'PROMOTED' ELSE 'DRAFT' END AS purpose
                  FROM way p
                  LEFT JOIN stage_count c ON c.workload_id = p.workload_id AND c.stage = p.stage
                 WHERE NOT p.stops OR p.ways = 2 OR p.variant >= 2 OR :promoted > 0
                 ORDER BY p.stage
                """)
                .param("workload", workload)
                .param("promoted", promoted)
                .query((rs, n) -> view(rs, counts, promoted))
                .list();
    }

    private static StageView view(ResultSet rs, Counts counts, int promoted) throws SQLException {
        Purpose purpose = Purpose.valueOf(rs.getString("purpose"));
        long items = purpose == Purpose.PROMOTED ? promoted : Objects.requireNonNullElse(counts.total(), 0);
        long dispatched = rs.getLong("dispatched");
        // Cancelled tasks were opened and never end; once an item is cancelled, what waits is not told apart.
        long waiting = counts.cancelled() > 0 ? 0
                : rs.getLong("opened") - rs.getLong("succeeded") - rs.getLong("dead") - dispatched;
        long work = rs.getLong("width") * rs.getLong("height") * rs.getLong("steps");
        return new StageView(rs.getInt("stage"), rs.getString("kind"), purpose, items, rs.getInt("width"), rs.getInt("height"),
                work, Math.max(0, waiting), dispatched, rs.getLong("succeeded"), rs.getLong("dead"), rs.getLong("run_ms"));
    }
}
