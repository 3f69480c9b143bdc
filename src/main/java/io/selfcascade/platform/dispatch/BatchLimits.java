package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Learns how many tasks of a kind fit a pool's memory: if no forward of a dispatch took all its tasks, later ones carry
 * no more than its largest forward did.
 *
 * <p>Only a dispatch whose tasks all succeeded teaches anything: after a failure a worker runs the others alone.
 */
final class BatchLimits {

    private static final int MOST_REMEMBERED = 1_000;

    private final JdbcClient jdbc;
    private final Map<Long, Seen> seen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Seen> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    BatchLimits(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Takes note of events that have been applied. Called by one thread. */
    void learn(List<? extends TaskEvent> events) {
        Map<Long, Seen> news = new LinkedHashMap<>();
        for (TaskEvent event : events) {
            if (event instanceof TaskSucceeded done) {
                news.put(done.dispatchId(), seen.merge(done.dispatchId(), new Seen(1, done.microBatch()), Seen::plus));
            }
        }
        news.forEach(this::remember);
    }

    private void remember(long dispatch, Seen events) {
        jdbc.sql("""
                INSERT INTO batch_limit AS l (pool, batch_key, max_items)
                SELECT pool, batch_key, :largest FROM task_dispatch
                 WHERE id = :dispatch AND tasks = :count AND tasks > :largest
                ON CONFLICT (pool, batch_key) DO UPDATE SET max_items = least(l.max_items, excluded.max_items)
                """)
                .param("largest", events.largest())
                .param("dispatch", dispatch)
                .param("count", events.count())
                .update();
    }

    private record Seen(int count, int largest) {

        Seen plus(Seen other) {
            return new Seen(count + other.count, Math.max(largest, other.largest));
        }
    }
}
