package io.selfcascade.platform.dispatch;

import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What a pool can take.
 *
 * @param slots of workers that are up and gave a sign of life within a lease
 * @param open messages that are not closed
 * @param pixels of the largest picture that any of those workers takes, by the model it has
 */
record PoolCapacity(int slots, int open, Map<String, Long> pixels) {

    PoolCapacity {
        pixels = Map.copyOf(pixels);
    }

    static PoolCapacity of(JdbcClient jdbc, String pool, DispatchProperties properties) {
        return jdbc.sql("""
                WITH live AS (SELECT slots, models, max_pixels FROM worker
                               WHERE pool = :pool AND state = 'up'
                                 AND last_seen > ledger_now() - :lease * interval '1 second'),
                able AS (SELECT m.model, max(live.max_pixels) AS pixels
                           FROM live, jsonb_array_elements_text(live.models) AS m(model) GROUP BY m.model)
                SELECT (SELECT coalesce(sum(slots), 0) FROM live),
                       (SELECT count(*) FROM task_dispatch WHERE pool = :pool AND state <> 'closed'),
                       ARRAY(SELECT model FROM able ORDER BY model), ARRAY(SELECT pixels FROM able ORDER BY model)
                """)
                .param("pool", pool)
                .param("lease", properties.lease().toSeconds())
                .query((rs, n) -> new PoolCapacity(rs.getInt(1), rs.getInt(2),
                        byModel((String[]) rs.getArray(3).getArray(), (Long[]) rs.getArray(4).getArray())))
                .single();
    }

    /** Messages that may be sent now. */
    int free(int window) {
        return Math.max(0, window * slots - open);
    }

    private static Map<String, Long> byModel(String[] models, Long[] pixels) {
        Map<String, Long> byModel = new HashMap<>();
        for (int n = 0; n < models.length; n++) {
            byModel.put(models[n], pixels[n]);
        }
        return byModel;
    }
}
