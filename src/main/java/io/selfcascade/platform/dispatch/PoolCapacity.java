package io.selfcascade.platform.dispatch;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What a pool can take.
 *
 * @param slots of workers that are up and gave a sign of life within a lease
 * @param open messages that are not closed
 * @param models that at least one of those workers has
 */
record PoolCapacity(int slots, int open, List<String> models) {

    static PoolCapacity of(JdbcClient jdbc, String pool, DispatchProperties properties) {
        return jdbc.sql("""
                WITH live AS (SELECT slots, models FROM worker
                               WHERE pool = :pool AND state = 'up'
                                 AND last_seen > ledger_now() - :lease * interval '1 second')
                SELECT (SELECT coalesce(sum(slots), 0) FROM live),
                       (SELECT count(*) FROM task_dispatch WHERE pool = :pool AND state <> 'closed'),
                       ARRAY(SELECT DISTINCT m FROM live, jsonb_array_elements_text(live.models) AS m)
                """)
                .param("pool", pool)
                .param("lease", properties.lease().toSeconds())
                .query((rs, n) -> new PoolCapacity(rs.getInt(1), rs.getInt(2), List.of((String[]) rs.getArray(3).getArray())))
                .single();
    }

    /** Messages that may be sent now. */
    int free(int window) {
        return Math.max(0, window * slots - open);
    }
}
