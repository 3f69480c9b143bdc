package io.selfcascade.platform.dispatch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a transaction moved on, collected so that every counter and every run is locked once, and last. */
final class Progress {

    private final Map<StageCounts.Key, StageCounts.Delta> stages = new HashMap<>();
    private final List<Settled> settled = new ArrayList<>();
    private final Set<UUID> touched = new HashSet<>();

    void stage(UUID workload, int stage, StageCounts.Delta delta) {
        stages.merge(new StageCounts.Key(workload, stage), delta, StageCounts.Delta::plus);
        touched.add(workload);
    }

    void settled(UUID workload, int ordinal, ItemState state) {
        settled.add(new Settled(workload, ordinal, state));
        touched.add(workload);
    }

    /** A task of the workload changed, though no counter does. */
    void touched(UUID workload) {
        touched.add(workload);
    }

    /** Adds to the counters and raises the revisions, inside the transaction that moved the tasks. */
    void write(JdbcClient jdbc, Revisions revisions) {
        if (!settled.isEmpty()) {
            addToPartitions(jdbc);
        }
        StageCounts.add(jdbc, stages);
        revisions.progressed(touched);
    }

    private void addToPartitions(JdbcClient jdbc) {
        jdbc.sql("""
                UPDATE partition_count AS c
                   SET completed = c.completed + s.completed, failed = c.failed + s.failed
                  FROM (SELECT n.workload, n.ordinal / r.partition_size AS no,
                               count(*) FILTER (WHERE n.state = 'completed') AS completed,
                               count(*) FILTER (WHERE n.state = 'failed') AS failed
                          FROM unnest(:workloads::uuid[], :ordinals::int[], :states::text[]) AS n(workload, ordinal, state)
                          JOIN workload_run r ON r.workload_id = n.workload
                         GROUP BY 1, 2) AS s
                 WHERE c.workload_id = s.workload AND c.partition_no = s.no
                """)
                .param("workloads", settled.stream().map(item -> item.workload().toString()).toArray(String[]::new))
                .param("ordinals", settled.stream().map(Settled::ordinal).toArray(Integer[]::new))
                .param("states", settled.stream().map(item -> item.state().stored()).toArray(String[]::new))
                .update();
    }

    private record Settled(UUID workload, int ordinal, ItemState state) {}
}
