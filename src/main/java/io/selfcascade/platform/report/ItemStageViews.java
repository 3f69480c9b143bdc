package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.dispatch.TaskState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads how an item fared at every stage it has come to: what people ask when one is late or has failed. */
public class ItemStageViews {

    private final JdbcClient jdbc;

    ItemStageViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** By stage; empty if the item does not exist, was refused or has not begun. */
    public List<ItemStageView> of(UUID workload, int ordinal) {
        // A stage looks the same on every way it lies on; a draft's lies on no full one.
        return jdbc.sql("""
                SELECT t.stage, p.kind, p.width, p.height, p.draft, t.pool, t.state,
                       t.attempt + (t.state IN ('dispatched', 'succeeded'))::int AS attempts, t.worker_losses,
                       t.error_class, t.error_code, t.error_detail,
                       CASE WHEN t.state = 'ready' AND t.not_before > ledger_now() THEN t.not_before END AS not_before
                  FROM stage_task t
                  JOIN item i USING (workload_id, ordinal)
                  JOIN LATERAL (SELECT min(kind) AS kind, min((settings -> 'stage' ->> 'width')::int) AS width,
                                       min((settings -> 'stage' ->> 'height')::int) AS height, bool_and(variant >= 2) AS draft
                                  FROM stage_plan
                                 WHERE workload_id = t.workload_id AND stage = t.stage AND variant % 2 = i.variant % 2) AS p ON true
                 WHERE t.workload_id = :workload AND t.ordinal = :ordinal
                 ORDER BY t.stage
                """)
                .param("workload", workload)
                .param("ordinal", ordinal)
                .query((rs, n) -> view(rs))
                .list();
    }

    private static ItemStageView view(ResultSet rs) throws SQLException {
        OffsetDateTime notBefore = rs.getObject("not_before", OffsetDateTime.class);
        return new ItemStageView(rs.getInt("stage"), rs.getString("kind"), rs.getInt("width"), rs.getInt("height"),
                rs.getBoolean("draft"), rs.getString("pool"), StoredState.of(TaskState.class, rs.getString("state")),
                rs.getInt("attempts"), rs.getInt("worker_losses"), error(rs), notBefore == null ? null : notBefore.toInstant());
    }

    private static LedgerItem.@Nullable Error error(ResultSet rs) throws SQLException {
        String code = rs.getString("error_code");
        return code == null ? null : new LedgerItem.Error(rs.getString("error_class"), code, rs.getString("error_detail"));
    }
}
