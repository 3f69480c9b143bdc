package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code partition_count}: what the job awaits instead of counting items. */
final class PartitionCounts {

    private final JdbcClient jdbc;

    PartitionCounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Counts the items once and for all. Inside a transaction. @return whether this call did it */
    boolean settleTotal(UUID workload, Partitioning partitioning) {
        boolean isFirst = jdbc.sql("""
                UPDATE workload_run r
                   SET total = n.items, partition_size = :size, failure_limit = floor(w.max_failure_ratio * n.items)
                  FROM workload w, (SELECT count(*) AS items FROM item WHERE workload_id = :workload) AS n
                 WHERE r.workload_id = :workload AND w.id = r.workload_id AND r.total IS NULL
                """)
                .param("workload", workload)
                .param("size", partitioning.size())
                .update() == 1;
        if (isFirst) {
            count(workload, partitioning);
        }
        int counted = jdbc.sql("SELECT coalesce(sum(total), 0) FROM partition_count WHERE workload_id = :workload")
                .param("workload", workload)
                .query(Integer.class)
                .single();
        if (counted != total(workload)) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot divide workload " + workload + ": " + counted + " of "
                    + total(workload) + " items lie within " + partitioning + " (was the input read to its end?)");
        }
        return isFirst;
    }

    /** Allows the next generation its share of failures of what it has to run, on top of those it begins with. */
    void limitFailures(UUID workload) {
        jdbc.sql("""
                UPDATE workload_run r SET failure_limit = c.failed + floor(w.max_failure_ratio * c.pending)
                  FROM workload w, (SELECT sum(failed) AS failed, sum(total - completed - failed - cancelled) AS pending
                                      FROM partition_count WHERE workload_id = :workload) AS c
                 WHERE r.workload_id = :workload AND w.id = r.workload_id
                """)
                .param("workload", workload)
                .update();
    }

    /** Why the generation ends early, if more items have failed than it allows. */
    Optional<String> tooManyFailures(UUID workload) {
        return jdbc.sql("""
                SELECT c.failed || ' of ' || r.total || ' items have failed, generation ' || r.generation || ' allows ' || r.failure_limit
                       || ' (max_failure_ratio ' || w.max_failure_ratio || '; retry runs failed and cancelled ones once more)'
                  FROM workload_run r
                  JOIN workload w ON w.id = r.workload_id
                 CROSS JOIN LATERAL (SELECT sum(failed) AS failed FROM partition_count WHERE workload_id = r.workload_id) AS c
                 WHERE r.workload_id = :workload AND c.failed > r.failure_limit
                """)
                .param("workload", workload)
                .query(String.class)
                .optional();
    }

    int total(UUID workload) {
        return jdbc.sql("SELECT total FROM workload_run WHERE workload_id = :workload")
                .param("workload", workload)
                .query(Integer.class)
                .single();
    }

    List<PartitionCount> list(UUID workload) {
        return jdbc.sql("""
                SELECT partition_no, total, completed, failed, cancelled FROM partition_count
                 WHERE workload_id = :workload ORDER BY partition_no
                """)
                .param("workload", workload)
                .query((rs, n) -> new PartitionCount(rs.getInt(1), rs.getInt(2), rs.getInt(3), rs.getInt(4), rs.getInt(5)))
                .list();
    }

    private void count(UUID workload, Partitioning partitioning) {
        jdbc.sql("""
                INSERT INTO partition_count (workload_id, partition_no, total, completed, failed, cancelled)
                SELECT :workload, p.no, count(i.ordinal), count(*) FILTER (WHERE i.state = 'completed'),
                       count(*) FILTER (WHERE i.state = 'failed'), count(*) FILTER (WHERE i.state = 'cancelled')
                  FROM generate_series(0, :count - 1) AS p(no)
                  LEFT JOIN item i ON i.workload_id = :workload AND i.ordinal / :size = p.no
                 GROUP BY p.no
                """)
                .param("workload", workload)
                .param("size", partitioning.size())
                .param("count", partitioning.count())
                .update();
    }
}
