package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Results that count: the task is done, its next stage opens, and after the last one the item is completed. */
final class AcceptedResults {

    /**
     * A ready task may still take the result of its last dispatch: it was put back because its worker fell silent, but
     * the work is done and nobody else has begun.
     */
    private static final String ACCEPT = """
            WITH e AS (
                SELECT * FROM unnest(:tasks::bigint[], :dispatches::bigint[], :workloads::uuid[], :ordinals::int[], :stages::int[],
                                     :keys::text[], :digests::bytea[], :bytes::bigint[], :ms::int[],
                                     :previewKeys::text[], :previewDigests::bytea[], :previewBytes::bigint[])
                         AS e(task, dispatch, workload, ordinal, stage, key, sha256, bytes, ms,
                              preview_key, preview_sha256, preview_bytes)),
            won AS (
                UPDATE stage_task AS t
                   SET state = 'succeeded', artifact_key = e.key, artifact_sha256 = e.sha256, artifact_bytes = e.bytes,
                       preview_key = e.preview_key, preview_sha256 = e.preview_sha256, preview_bytes = e.preview_bytes,
                       run_ms = e.ms, error_class = NULL, error_code = NULL, error_detail = NULL
                  FROM e
                 WHERE t.id = e.task AND t.dispatch_id = e.dispatch AND t.state IN ('dispatched', 'ready')
                   AND t.workload_id = e.workload AND t.ordinal = e.ordinal AND t.stage = e.stage
                RETURNING t.id, t.dispatch_id, t.workload_id, t.ordinal, t.stage, t.generation, t.run_ms,
                          t.artifact_bytes + coalesce(t.preview_bytes, 0) AS bytes),
            opened AS (
                INSERT INTO stage_task (workload_id, ordinal, stage, generation, pool, batch_key, not_before)
                SELECT w.workload_id, w.ordinal, p.stage, w.generation, p.pool, p.batch_key, ledger_now()
                  FROM won w
                  JOIN item i USING (workload_id, ordinal)
                  JOIN stage_plan p ON p.workload_id = w.workload_id AND p.variant = i.variant AND p.input_stage = w.stage
                 WHERE i.state = 'pending'
                ON CONFLICT ON CONSTRAINT stage_task_once DO NOTHING
                RETURNING workload_id, ordinal, stage)
            SELECT w.id, w.dispatch_id, w.workload_id, w.ordinal, w.stage, w.generation, w.run_ms, w.bytes, p.last, o.stage AS opened
              FROM won w
              JOIN item i USING (workload_id, ordinal)
              JOIN stage_plan p USING (workload_id, variant, stage)
              LEFT JOIN opened o ON o.workload_id = w.workload_id AND o.ordinal = w.ordinal
            """;

    private final JdbcClient jdbc;

    AcceptedResults(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return how many results counted */
    int accept(List<TaskSucceeded> events, Progress progress) {
        if (events.isEmpty()) {
            return 0;
        }
        List<Won> won = win(events);
        for (Won task : won) {
            progress.stage(task.workload(), task.stage(), StageCounts.Delta.ofSuccess(task.runMs(), task.bytes()));
            if (task.opened() != null) {
                progress.stage(task.workload(), task.opened(), StageCounts.Delta.ofOpened(1));
            }
        }
        complete(won.stream().filter(Won::last).toList(), events, progress);
        return won.size();
    }

    private List<Won> win(List<TaskSucceeded> events) {
        return jdbc.sql(ACCEPT)
                .param("tasks", column(events, TaskSucceeded::taskId, Long[]::new))
                .param("dispatches", column(events, TaskSucceeded::dispatchId, Long[]::new))
                .param("workloads", column(events, event -> event.workloadId().toString(), String[]::new))
                .param("ordinals", column(events, TaskSucceeded::ordinal, Integer[]::new))
                .param("stages", column(events, TaskSucceeded::stage, Integer[]::new))
                .param("keys", column(events, event -> event.artifact().key(), String[]::new))
                .param("digests", column(events, event -> HexFormat.of().parseHex(event.artifact().sha256()), byte[][]::new))
                .param("bytes", column(events, event -> event.artifact().bytes(), Long[]::new))
                .param("ms", column(events, event -> event.timingsMs().run(), Integer[]::new))
                .param("previewKeys", previews(events, TaskSucceeded.Artifact::key, String[]::new))
                .param("previewDigests", previews(events, preview -> HexFormat.of().parseHex(preview.sha256()), byte[][]::new))
                .param("previewBytes", previews(events, TaskSucceeded.Artifact::bytes, Long[]::new))
                .query((rs, n) -> new Won(
                        rs.getLong("id"), rs.getLong("dispatch_id"), rs.getObject("workload_id", UUID.class), rs.getInt("ordinal"),
                        rs.getInt("stage"), rs.getInt("generation"), rs.getInt("run_ms"), rs.getLong("bytes"), rs.getBoolean("last"),
                        rs.getObject("opened", Integer.class)))
                .list();
    }

    private void complete(List<Won> last, List<TaskSucceeded> events, Progress progress) {
        if (last.isEmpty()) {
            return;
        }
        // By dispatch too: the same batch may hold what an overtaken one made of the task.
        Map<List<Long>, TaskSucceeded.Artifact> artifacts = new HashMap<>();
        events.forEach(event -> artifacts.put(List.of(event.taskId(), event.dispatchId()), event.artifact()));
        List<TaskSucceeded.Artifact> results =
                last.stream().map(task -> artifacts.get(List.of(task.id(), task.dispatch()))).toList();
        jdbc.sql("""
                UPDATE item AS i
                   SET state = 'completed', settled_in = d.generation, result_key = d.key, result_sha256 = d.sha256,
                       result_bytes = d.bytes, width = d.width, height = d.height
                  FROM unnest(:workloads::uuid[], :ordinals::int[], :generations::int[], :keys::text[], :digests::bytea[],
                              :bytes::bigint[], :widths::int[], :heights::int[])
                       AS d(workload, ordinal, generation, key, sha256, bytes, width, height)
                 WHERE i.workload_id = d.workload AND i.ordinal = d.ordinal AND i.state = 'pending'
                RETURNING i.workload_id, i.ordinal
                """)
                .param("workloads", column(last, task -> task.workload().toString(), String[]::new))
                .param("ordinals", column(last, Won::ordinal, Integer[]::new))
                .param("generations", column(last, Won::generation, Integer[]::new))
                .param("keys", column(results, TaskSucceeded.Artifact::key, String[]::new))
                .param("digests", column(results, result -> HexFormat.of().parseHex(result.sha256()), byte[][]::new))
                .param("bytes", column(results, TaskSucceeded.Artifact::bytes, Long[]::new))
                .param("widths", column(results, TaskSucceeded.Artifact::width, Integer[]::new))
                .param("heights", column(results, TaskSucceeded.Artifact::height, Integer[]::new))
                .query(rs -> {
                    progress.settled(rs.getObject(1, UUID.class), rs.getInt(2), ItemState.COMPLETED);
                });
    }

    private static <E, T> T[] column(List<E> rows, Function<E, T> value, IntFunction<T[]> make) {
        return rows.stream().map(value).toArray(make);
    }

    /** A column of the previews, null where there is none. */
    private static <T> @Nullable T[] previews(
            List<TaskSucceeded> events, Function<TaskSucceeded.Artifact, T> value, IntFunction<@Nullable T[]> make) {
        return events.stream().map(TaskSucceeded::preview)
                .map(preview -> preview == null ? null : value.apply(preview)).toArray(make);
    }

    private record Won(
            long id, long dispatch, UUID workload, int ordinal, int stage, int generation, int runMs, long bytes,
            boolean last, @Nullable Integer opened) {}
}
