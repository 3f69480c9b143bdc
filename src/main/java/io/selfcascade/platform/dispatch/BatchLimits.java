package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import java.util.Collections;
import java.util.HashMap;
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
                Seen dispatch = seen.computeIfAbsent(done.dispatchId(), id -> new Seen(new HashMap<>()));
                dispatch.forwards().putIfAbsent(done.taskId(), done.microBatch());
                news.put(done.dispatchId(), dispatch);
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

    /** @param forwards how many tasks shared a forward, by task: the broker may deliver a report twice */
    private record Seen(Map<Long, Integer> forwards) {

        int count() {
            return forwards.size();
        }

        int largest() {
            return Collections.max(forwards.values());
        }
    }
}
