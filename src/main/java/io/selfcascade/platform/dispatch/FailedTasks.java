package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.Retry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tasks that did not succeed: again later, again in a bigger pool, or dead, and their item failed with them. */
final class FailedTasks {

    private static final int MOST_DETAIL = 2_000;

    private final JdbcClient jdbc;
    private final DispatchProperties properties;
    private final RandomGenerator jitter;

    /** @param jitter spreads retries, so that what failed together does not come back together */
    FailedTasks(JdbcClient jdbc, DispatchProperties properties, RandomGenerator jitter) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.jitter = jitter;
    }

    /** Counts an attempt of each task and decides what follows. @return how many of the failures counted */
    int fail(List<TaskFailed> events, Progress progress) {
        if (events.isEmpty()) {
            return 0;
        }
        // A pool is bigger only if it has a live worker with the model, and for the size: else nobody would ever take the task.
        List<Ended> tasks = jdbc.sql("""
                WITH e AS (
                    SELECT u.*, (SELECT p.name FROM pool p JOIN pool own ON own.name = s.pool
                                  WHERE u.retry = 'bigger_pool' AND p.rank > own.rank
                                    AND EXISTS (SELECT FROM worker k
                                                  JOIN workload w ON w.id = s.workload_id
                                                  JOIN stage_plan g ON g.workload_id = s.workload_id AND g.stage = s.stage
                                                                   AND g.batch_key = s.batch_key AND g.pixels <= k.max_pixels
                                                 WHERE k.pool = p.name AND k.state = 'up' AND jsonb_exists(k.models, w.model))
                                  ORDER BY p.rank LIMIT 1) AS bigger
                      FROM unnest(:tasks::bigint[], :dispatches::bigint[], :classes::text[], :codes::text[], :retries::text[],
                                  :details::text[], :jitter::float8[]) AS u(task, dispatch, class, code, retry, detail, jitter)
                      JOIN stage_task s ON s.id = u.task)
                UPDATE stage_task AS t
                   SET attempt = t.attempt + 1, pool = coalesce(e.bigger, t.pool),
                       error_class = e.class, error_code = e.code, error_detail = e.detail,
                       not_before = ledger_now() + e.jitter * least(:longest, :delay * power(2, t.attempt)) * interval '1 second',
                       state = CASE WHEN e.retry = 'never' OR t.attempt + 1 >= :limit
                                      OR (e.retry = 'bigger_pool' AND e.bigger IS NULL) THEN 'dead' ELSE 'ready' END
                  FROM e
                 WHERE t.id = e.task AND t.dispatch_id = e.dispatch AND t.state = 'dispatched'
                RETURNING t.workload_id, t.ordinal, t.stage, t.generation, t.state = 'dead' AS dead,
                          t.error_class, t.error_code, t.error_detail
                """)
                .param("tasks", column(events, TaskFailed::taskId, Long[]::new))
                .param("dispatches", column(events, TaskFailed::dispatchId, Long[]::new))
                .param("classes", column(events, event -> stored(event.error().failureClass()), String[]::new))
                .param("codes", column(events, event -> event.error().code(), String[]::new))
                .param("retries", column(events, event -> stored(event.error().retry()), String[]::new))
                .param("details", column(events, event -> brief(event.error().detail()), String[]::new))
                .param("jitter", column(events, event -> jitter.nextDouble(0.5, 1), Double[]::new))
                .param("longest", (double) properties.maxRetryDelay().toSeconds())
                .param("delay", (double) properties.retryDelay().toSeconds())
                .param("limit", properties.maxAttempts())
                .query(FailedTasks::ended)
                .list();
        settle(tasks, progress);
        return tasks.size();
    }

    /**
     * Tasks a worker did not begin are ready again, and no attempt is counted. That a store is full is worth knowing, as
     * nobody will begin them before there is room.
     *
     * @return how many were put back
     */
    int putBack(List<TaskDeclined> events, Progress progress) {
        if (events.isEmpty()) {
            return 0;
        }
        List<UUID> workloads = jdbc.sql("""
                UPDATE stage_task AS t
                   SET state = 'ready', not_before = ledger_now() + e.pause * interval '1 second',
                       error_class = CASE WHEN e.full_store THEN 'infrastructure' ELSE t.error_class END,
                       error_code = CASE WHEN e.full_store THEN 'storage_full' ELSE t.error_code END,
                       error_detail = CASE WHEN e.full_store THEN 'A worker had no room for its artifact'
                                           ELSE t.error_detail END
                  FROM unnest(:tasks::bigint[], :dispatches::bigint[], :pauses::int[], :full::boolean[]) AS e(task, dispatch, pause, full_store)
                 WHERE t.id = e.task AND t.dispatch_id = e.dispatch AND t.state = 'dispatched'
                RETURNING t.workload_id
                """)
                .param("tasks", column(events, TaskDeclined::taskId, Long[]::new))
                .param("dispatches", column(events, TaskDeclined::dispatchId, Long[]::new))
                .param("full", column(events, event -> event.reason() == TaskDeclined.Reason.STORAGE_FULL, Boolean[]::new))
                .param("pauses", column(events, event -> pauseSeconds(event.reason()), Integer[]::new))
                .query(UUID.class)
                .list();
        workloads.forEach(progress::touched);
        return workloads.size();
    }

    /** Fails the items of dead tasks and counts both. */
    void settle(List<Ended> tasks, Progress progress) {
        tasks.forEach(task -> progress.touched(task.workload()));
        List<Ended> dead = tasks.stream().filter(Ended::dead).toList();
        if (dead.isEmpty()) {
            return;
        }
        dead.forEach(task -> progress.stage(task.workload(), task.stage(), StageCounts.Delta.ofDeath()));
        jdbc.sql("""
                UPDATE item AS i
                   SET state = 'failed', settled_in = d.generation, error_class = d.class, error_code = d.code,
                       error_detail = d.detail
                  FROM unnest(:workloads::uuid[], :ordinals::int[], :generations::int[], :classes::text[], :codes::text[],
                              :details::text[]) AS d(workload, ordinal, generation, class, code, detail)
                 WHERE i.workload_id = d.workload AND i.ordinal = d.ordinal AND i.state = 'pending'
                RETURNING i.workload_id, i.ordinal
                """)
                .param("workloads", column(dead, task -> task.workload().toString(), String[]::new))
                .param("ordinals", column(dead, Ended::ordinal, Integer[]::new))
                .param("generations", column(dead, Ended::generation, Integer[]::new))
                .param("classes", column(dead, Ended::failureClass, String[]::new))
                .param("codes", column(dead, Ended::code, String[]::new))
                .param("details", column(dead, Ended::detail, String[]::new))
                .query(rs -> {
                    progress.settled(rs.getObject(1, UUID.class), rs.getInt(2), ItemState.FAILED);
                });
    }

    /** Reads a task from workload_id, ordinal, stage, generation, dead, error_class, error_code, error_detail. */
    static Ended ended(ResultSet rs, int row) throws SQLException {
        return new Ended(
                rs.getObject(1, UUID.class), rs.getInt(2), rs.getInt(3), rs.getInt(4), rs.getBoolean(5), rs.getString(6),
                rs.getString(7), rs.getString(8));
    }

    /** What holds for every worker of a pool will not be better at once; what holds for one worker may be at the next. */
    private static int pauseSeconds(TaskDeclined.Reason reason) {
        return switch (reason) {
            case EXPIRED, DRAINING -> 0;
            case UNSUPPORTED, CANCELLED -> 5;
            case STORAGE_FULL -> 30;
        };
    }

    private static String brief(String detail) {
        return detail.length() <= MOST_DETAIL ? detail : detail.substring(0, MOST_DETAIL) + "…";
    }

    private static String stored(FailureClass failureClass) {
        return failureClass.name().toLowerCase(Locale.ROOT);
    }

    private static String stored(Retry retry) {
        return retry.name().toLowerCase(Locale.ROOT);
    }

    private static <E, T> T[] column(List<E> rows, Function<E, T> value, IntFunction<T[]> make) {
        return rows.stream().map(value).toArray(make);
    }

    /** A task whose run ended badly: dead, or ready once more. */
    record Ended(
            UUID workload, int ordinal, int stage, int generation, boolean dead, String failureClass, String code, String detail) {}
}
