package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.MessageJson;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads rows of {@code item}. */
final class ItemRows {

    private ItemRows() {}

    static List<LedgerItem> page(JdbcClient jdbc, UUID workload, int fromOrdinal, int limit) {
        return jdbc.sql("""
                SELECT i.ordinal, i.variant >= 2 AS draft, i.custom_id, i.refused, i.seed, i.spec, i.state, i.result_key,
                       encode(i.result_sha256, 'hex') AS sha256, i.result_bytes, i.width, i.height,
                       i.error_class, i.error_code, i.error_detail,
                       ARRAY(SELECT coalesce(t.run_ms, 0) FROM stage_task t
                               JOIN stage_plan p ON p.workload_id = t.workload_id AND p.variant = i.variant AND p.stage = t.stage
                              WHERE t.workload_id = i.workload_id AND t.ordinal = i.ordinal AND t.state = 'succeeded'
                              ORDER BY t.stage) AS stage_ms
                  FROM item i
                 WHERE i.workload_id = :workload AND i.ordinal >= :from
                 ORDER BY i.ordinal
                 LIMIT :limit
                """)
                .param("workload", workload)
                .param("from", fromOrdinal)
                .param("limit", limit)
                .query((rs, n) -> map(rs))
                .list();
    }

    private static LedgerItem map(ResultSet rs) throws SQLException {
        boolean refused = rs.getBoolean("refused");
        return new LedgerItem(
                rs.getInt("ordinal"),
                rs.getString("custom_id"),
                refused,
                rs.getObject("seed", Long.class),
                refused ? null : MessageJson.read(rs.getString("spec").getBytes(StandardCharsets.UTF_8), ItemSpec.class),
                StoredState.of(ItemState.class, rs.getString("state")),
                result(rs),
                error(rs),
                stageMs(rs.getArray("stage_ms")));
    }

    private static LedgerItem.@Nullable Result result(ResultSet rs) throws SQLException {
        String sha256 = rs.getString("sha256");
        return sha256 == null
                ? null
                : new LedgerItem.Result(
                        rs.getString("result_key"),
                        sha256,
                        rs.getLong("result_bytes"),
                        rs.getInt("width"),
                        rs.getInt("height"),
                        rs.getBoolean("draft"));
    }

    private static LedgerItem.@Nullable Error error(ResultSet rs) throws SQLException {
        String code = rs.getString("error_code");
        return code == null
                ? null
                : new LedgerItem.Error(rs.getString("error_class"), code, rs.getString("error_detail"));
    }

    private static List<Integer> stageMs(Array array) throws SQLException {
        return List.of((Integer[]) array.getArray());
    }
}
