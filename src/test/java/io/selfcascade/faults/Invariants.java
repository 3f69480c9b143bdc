package io.selfcascade.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The promises, asked of the database by plain SQL and of the store by reading every byte. Nothing of the platform's own
 * judgement is used, and no log.
 */
final class Invariants {

    private static final String ENDED = "('completed', 'failed', 'cancelled', 'expired')";

    private static final Duration SETTLING = Duration.ofSeconds(10);

    /** Each finds rows that must not be. */
    private static final Map<String, String> FORBIDDEN = Map.ofEntries(
            Map.entry("items pending in an ended run", """
                    SELECT i.workload_id, i.ordinal FROM item i JOIN workload_run r USING (workload_id)
                     WHERE i.state = 'pending' AND r.state IN\s""" + ENDED),
            Map.entry("tasks open in an ended run", """
                    SELECT t.id, t.state FROM stage_task t JOIN workload_run r USING (workload_id)
                     WHERE t.state IN ('ready', 'dispatched') AND r.state IN\s""" + ENDED),
            Map.entry("totals that are not the items", """
                    SELECT r.workload_id, r.total, count(i.ordinal), max(i.ordinal) FROM workload_run r LEFT JOIN item i USING (workload_id)
                     WHERE r.state IN\s""" + ENDED + """
                      AND r.total IS NOT NULL GROUP BY r.workload_id, r.total
                    HAVING r.total <> count(i.ordinal) OR coalesce(max(i.ordinal) + 1, 0) <> count(i.ordinal)"""),
            Map.entry("completed runs with documents unnamed", """
                    SELECT workload_id FROM workload_run WHERE state = 'completed'
                       AND (total IS NULL OR results_key IS NULL OR errors_key IS NULL OR manifest_key IS NULL)"""),
            Map.entry("partition counters that are not the items", """
                    SELECT i.*, p.* FROM (SELECT workload_id, count(*) AS total, count(*) FILTER (WHERE state = 'completed') AS completed,
                        count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'cancelled') AS cancelled
                        FROM item GROUP BY workload_id) i
                      JOIN (SELECT workload_id, sum(total) AS total, sum(completed) AS completed, sum(failed) AS failed, sum(cancelled) AS cancelled
                        FROM partition_count GROUP BY workload_id) p USING (workload_id)
                      JOIN workload_run r USING (workload_id)
                     WHERE r.state = 'completed' AND (i.total, i.completed, i.failed, i.cancelled)
                        IS DISTINCT FROM (p.total, p.completed, p.failed, p.cancelled)"""),
            Map.entry("completed items without their last artifact", """
                    SELECT i.workload_id, i.ordinal FROM item i WHERE i.state = 'completed' AND NOT EXISTS (
                        SELECT FROM stage_task t JOIN stage_plan p ON p.workload_id = t.workload_id AND p.stage = t.stage AND p.variant = i.variant
                         WHERE t.workload_id = i.workload_id AND t.ordinal = i.ordinal AND p.last AND t.state = 'succeeded'
                           AND t.artifact_key = i.result_key AND t.artifact_sha256 = i.result_sha256 AND t.artifact_bytes = i.result_bytes)"""),
            Map.entry("artifacts outside the folder of their fence", """
                    SELECT id, artifact_key FROM stage_task WHERE artifact_key IS NOT NULL AND artifact_key NOT LIKE
                        workload_id || '/' || ordinal / 1000 || '/' || ordinal || '/' || stage || '.' || dispatch_id || '.%'"""),
            Map.entry("attempts over their limits", """
                    SELECT id, attempt, worker_losses FROM stage_task WHERE attempt > 5 OR worker_losses > 3"""),
            Map.entry("runs that went backwards", """
                    SELECT * FROM (SELECT workload_id, generation, state, revision, lag(generation) OVER w AS g, lag(rank) OVER w AS k,
                        lag(revision) OVER w AS v, rank FROM (SELECT *, array_position(ARRAY['queued', 'validating', 'in_progress',
                        'finalizing', 'completed', 'failed', 'cancelled', 'expired'], state) AS rank FROM audit.run) r
                        WINDOW w AS (PARTITION BY workload_id ORDER BY seq)) h
                     WHERE generation < g OR revision < v OR (generation = g AND (rank < k OR (k > 4 AND rank <> k)))"""),
            Map.entry("results accepted after a cancel", """
                    SELECT t.id FROM audit.task t JOIN audit.run r ON r.workload_id = t.workload_id AND r.generation = t.generation
                     WHERE t.state = 'succeeded' AND r.state = 'cancelled' AND t.seq > r.seq"""),
            Map.entry("executions open of an ended run", """
                    SELECT e.job_execution_id, e.status FROM batch_job_execution e JOIN batch_job_execution_params p USING (job_execution_id)
                      JOIN workload_run r ON p.parameter_name = 'workload_id' AND p.parameter_value = r.workload_id::text
                     WHERE e.status IN ('STARTING', 'STARTED', 'STOPPING', 'UNKNOWN') AND r.state IN\s""" + ENDED),
            Map.entry("runs owned after their end", "SELECT o.workload_id, o.owner FROM run_owner o JOIN workload_run r USING (workload_id)"
                    + " WHERE o.owner IS NOT NULL AND r.state IN " + ENDED));

    private static final Map<String, String> TWICE = Map.of(
            "tasks accepted twice", """
                    SELECT id, generation FROM audit.task WHERE state = 'succeeded' GROUP BY id, generation HAVING count(*) > 1""",
            "items settled twice", """
                    SELECT workload_id, ordinal, settled_in FROM audit.item WHERE state <> 'pending'
                     GROUP BY workload_id, ordinal, settled_in HAVING count(*) > 1""",
            "artifacts named twice", """
                    SELECT key FROM (SELECT artifact_key AS key FROM stage_task UNION ALL SELECT preview_key FROM stage_task) k
                     WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1""",
            "successes counted twice", """
                    SELECT c.workload_id, c.stage, c.succeeded FROM stage_count c WHERE c.succeeded >
                        (SELECT count(*) FROM stage_task t WHERE t.workload_id = c.workload_id AND t.stage = c.stage AND t.state = 'succeeded')""");

    private final Cluster cluster;
    private final ArtifactWalk walk;

    Invariants(Cluster cluster) {
        this.cluster = cluster;
        this.walk = new ArtifactWalk(cluster);
    }

    /** What is left open a moment after the end of a run is closed within it. */
    Findings check() {
        Findings findings = look();
        long end = System.nanoTime() + SETTLING.toNanos();
        while (!findings.isClean() && System.nanoTime() < end) {
            Patience.hold(Duration.ofMillis(500));
            findings = look();
        }
        return findings;
    }

    /** At once, without patience. */
    Findings look() {
        JdbcClient jdbc = cluster.jdbc();
        List<String> broken = new ArrayList<>();
        long lost = 0;
        for (Map.Entry<UUID, Integer> accepted : cluster.requests.accepted().entrySet()) {
            int there = jdbc.sql("SELECT count(*) FROM item WHERE workload_id = :workload AND state <> 'pending'")
                    .param("workload", accepted.getKey()).query(Integer.class).single();
            // Cancelled before its lines were read, a run has only the items it had read by then.
            boolean mayBeFewer = there < accepted.getValue() && jdbc.sql("SELECT count(*) FROM workload_run WHERE workload_id = :workload AND state = 'cancelled'")
                    .param("workload", accepted.getKey()).query(Integer.class).single() == 1;
            if (there != accepted.getValue() && !mayBeFewer) {
                lost += Math.abs(accepted.getValue() - there);
                broken.add("workload " + accepted.getKey() + " has settled " + there + " items of " + accepted.getValue());
            }
        }
        FORBIDDEN.forEach((what, sql) -> find(jdbc, what, sql, broken));
        long twice = 0;
        for (Map.Entry<String, String> check : TWICE.entrySet()) {
            twice += find(jdbc, check.getKey(), check.getValue(), broken);
        }
        ArtifactWalk.Outcome walked = walk.walk();
        broken.addAll(walked.broken());
        return new Findings(lost + walked.lost(), twice + walked.twice(), broken);
    }

    private static int find(JdbcClient jdbc, String what, String sql, List<String> broken) {
        List<Map<String, Object>> rows = jdbc.sql(sql).query().listOfRows();
        if (!rows.isEmpty()) {
            broken.add(what + ": " + rows.size() + ", such as " + rows.get(0));
        }
        return rows.size();
    }

    /** @param broken promises, each with an example */
    record Findings(long lost, long twice, List<String> broken) {

        boolean isClean() {
            return lost == 0 && twice == 0 && broken.isEmpty();
        }
    }
}
