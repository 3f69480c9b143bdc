package io.selfcascade.platform.report;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads which artifacts have been accepted. Whatever no row names is not served. */
public class ArtifactViews {

    private static final String SELECT = """
            SELECT t.id, t.workload_id, t.ordinal, t.stage, t.artifact_key, t.artifact_sha256, t.artifact_bytes,
                   t.preview_key, t.preview_sha256, t.preview_bytes
              FROM stage_task t
             WHERE t.state = 'succeeded' AND t.artifact_key IS NOT NULL
            """;

    private final JdbcClient jdbc;

    ArtifactViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return empty if there is no such artifact */
    public Optional<ArtifactView> find(long id) {
        return jdbc.sql(SELECT + " AND t.id = :id")
                .param("id", id)
                .query((rs, n) -> artifact(rs))
                .optional();
    }

    /** The artifacts of consecutive items, by ordinal and stage. */
    public List<ArtifactView> ofItems(UUID workload, int fromOrdinal, int toOrdinal) {
        return jdbc.sql(SELECT + """
                 AND t.workload_id = :workload AND t.ordinal BETWEEN :from AND :to
                 ORDER BY t.ordinal, t.stage
                """)
                .param("workload", workload)
                .param("from", fromOrdinal)
                .param("to", toOrdinal)
                .query((rs, n) -> artifact(rs))
                .list();
    }

    private static ArtifactView artifact(ResultSet rs) throws SQLException {
        return new ArtifactView(rs.getLong(1), rs.getObject(2, UUID.class), rs.getInt(3), rs.getInt(4),
                rs.getString(5), HexFormat.of().formatHex(rs.getBytes(6)), rs.getLong(7), preview(rs));
    }

    private static ArtifactView.@Nullable Preview preview(ResultSet rs) throws SQLException {
        String key = rs.getString(8);
        return key == null ? null
                : new ArtifactView.Preview(key, HexFormat.of().formatHex(rs.getBytes(9)), rs.getLong(10));
    }
}
