package io.selfcascade.platform.report;

import io.selfcascade.platform.report.WorkloadView.Counts;
import io.selfcascade.platform.report.WorkloadView.StageView;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the stages of a workload from their counters. */
final class StageViews {

    private final JdbcClient jdbc;

    StageViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The stages of items that start from a prompt, or of those that start from a picture where only such were opened. */
    List<StageView> of(UUID workload, Counts counts) {
        return jdbc.sql("""
                SELECT p.stage, p.kind, (p.settings -> 'stage' ->> 'width')::int, (p.settings -> 'stage' ->> 'height')::int,
                       coalesce(c.opened, 0), coalesce(c.succeeded, 0), coalesce(c.dead, 0), coalesce(c.run_ms, 0),
                       (SELECT count(*) FROM stage_task t
                         WHERE t.state = 'dispatched' AND t.workload_id = p.workload_id AND t.stage = p.stage),
                       greatest(1, coalesce((p.settings -> 'stage' ->> 'steps')::int
                                            * (p.settings -> 'stage' ->> 'start_timestep')::int / 1000, 1))
                  FROM stage_plan p
                  LEFT JOIN stage_count c ON c.workload_id = p.workload_id AND c.stage = p.stage
                 WHERE p.workload_id = :workload
                   AND p.variant = coalesce((SELECT min(variant) FROM item WHERE workload_id = :workload AND ordinal < 1000), 0)
                 ORDER BY p.stage
                """)
                .param("workload", workload)
                .query((rs, n) -> {
                    long dispatched = rs.getLong(9);
                    // Cancelled tasks were opened and never end; once an item is cancelled, what waits is not told apart.
                    long waiting = counts.cancelled() > 0 ? 0 : rs.getLong(5) - rs.getLong(6) - rs.getLong(7) - dispatched;
                    return new StageView(rs.getInt(1), rs.getString(2), rs.getInt(3), rs.getInt(4),
                            rs.getLong(3) * rs.getLong(4) * rs.getLong(10), Math.max(0, waiting), dispatched, rs.getLong(6), rs.getLong(7), rs.getLong(8));
                })
                .list();
    }
}
