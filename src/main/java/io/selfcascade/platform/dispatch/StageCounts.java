package io.selfcascade.platform.dispatch;

import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code stage_count}. */
final class StageCounts {

    private StageCounts() {}

    /** Adds to the counters, in the order everybody locks them in. */
    static void add(JdbcClient jdbc, Map<Key, Delta> deltas) {
        deltas.entrySet().stream().sorted(Map.Entry.comparingByKey(Key::compareTo)).forEach(entry -> jdbc.sql("""
                INSERT INTO stage_count AS c (workload_id, stage, opened, succeeded, dead, run_ms, bytes)
                VALUES (:workload, :stage, :opened, :succeeded, :dead, :ms, :bytes)
                ON CONFLICT (workload_id, stage) DO UPDATE
                   SET opened = c.opened + excluded.opened, succeeded = c.succeeded + excluded.succeeded,
                       dead = c.dead + excluded.dead, run_ms = c.run_ms + excluded.run_ms, bytes = c.bytes + excluded.bytes
                """)
                .param("workload", entry.getKey().workload())
                .param("stage", entry.getKey().stage())
                .param("opened", entry.getValue().opened())
                .param("succeeded", entry.getValue().succeeded())
                .param("dead", entry.getValue().dead())
                .param("ms", entry.getValue().runMs())
                .param("bytes", entry.getValue().bytes())
                .update());
    }

    /** A stage of a workload. */
    record Key(UUID workload, int stage) implements Comparable<Key> {

        @Override
        public int compareTo(Key other) {
            int byWorkload = LockOrder.BY_UUID.compare(workload, other.workload);
            return byWorkload != 0 ? byWorkload : Integer.compare(stage, other.stage);
        }
    }

    /** What to add. */
    record Delta(int opened, int succeeded, int dead, long runMs, long bytes) {

        static Delta ofOpened(int tasks) {
            return new Delta(tasks, 0, 0, 0, 0);
        }

        static Delta ofSuccess(long runMs, long bytes) {
            return new Delta(0, 1, 0, runMs, bytes);
        }

        static Delta ofDeath() {
            return new Delta(0, 0, 1, 0, 0);
        }

        Delta plus(Delta other) {
            return new Delta(
                    opened + other.opened, succeeded + other.succeeded, dead + other.dead, runMs + other.runMs,
                    bytes + other.bytes);
        }
    }
}
