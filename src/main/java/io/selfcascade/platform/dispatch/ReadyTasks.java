package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Finds the tasks of the next message and locks them for it. */
final class ReadyTasks {

    private final JdbcClient jdbc;
    private final DispatchProperties properties;

    ReadyTasks(JdbcClient jdbc, DispatchProperties properties) {
        this.jdbc = jdbc;
        this.properties = properties;
    }

    /**
     * The task of a workload to begin a message with, of those that are not too large: deepest stage first, so that items
     * finish before others begin.
     */
    Optional<Lead> lead(String pool, FairShare.Turn turn) {
        // SKIP LOCKED: a locked task is just now being accepted, failed or cancelled.
        return jdbc.sql("""
                SELECT t.id, t.workload_id, t.stage, t.batch_key, t.worker_losses,
                       t.not_before <= ledger_now() - :linger * interval '1 millisecond' AS ripe
                  FROM stage_task t
                 WHERE t.pool = :pool AND t.workload_id = :workload AND t.state = 'ready' AND t.not_before <= ledger_now()
                   AND EXISTS (SELECT FROM stage_plan p
                                WHERE p.workload_id = t.workload_id AND p.stage = t.stage AND p.batch_key = t.batch_key
                                  AND p.pixels <= :pixels)
                 ORDER BY t.stage DESC, t.ordinal
                 LIMIT 1
                   FOR UPDATE SKIP LOCKED
                """)
                .param("linger", properties.linger().toMillis())
                .param("pool", pool)
                .param("workload", turn.workload())
                .param("pixels", turn.mostPixels())
                .query((rs, n) -> new Lead(
                        rs.getLong(1), rs.getObject(2, UUID.class), rs.getInt(3), rs.getLong(4),
                        rs.getInt(5) >= properties.maxWorkerLosses() - 1, rs.getBoolean(6)))
                .optional();
    }

    /** What the tasks of the lead's kind have in common. */
    Kind kind(String pool, Lead lead) {
        return jdbc.sql("""
                SELECT p.run_limit_s, p.settings, least(p.max_items, coalesce(l.max_items, p.max_items))
                  FROM stage_plan p
                  LEFT JOIN batch_limit l ON l.pool = :pool AND l.batch_key = p.batch_key
                 WHERE p.workload_id = :workload AND p.batch_key = :key
                 LIMIT 1
                """)
                .param("pool", pool)
                .param("workload", lead.workload())
                .param("key", lead.batchKey())
                .query((rs, n) -> new Kind(
                        rs.getInt(1),
                        MessageJson.read(rs.getString(2).getBytes(StandardCharsets.UTF_8), StageSettings.class),
                        lead.isSuspect() ? 1 : rs.getInt(3)))
                .single();
    }

    /**
     * The tasks to send with the lead: of its workload first, then of any other that may run, in the order of their turns. A task
     * under which workers died travels alone the last time, so that the guilty one is found and its companions live.
     *
     * @param full tenants that may not send more
     */
    List<Candidate> fill(String pool, Lead lead, int limit, Collection<String> full) {
        // Both halves read an index in its order and stop when the message is full, however many tasks are ready.
        return jdbc.sql("""
                WITH own AS MATERIALIZED (
                    SELECT id FROM stage_task
                     WHERE pool = :pool AND workload_id = :workload AND stage = :stage AND batch_key = :key
                       AND state = 'ready' AND not_before <= ledger_now()
                       AND (id = :lead OR (NOT :alone AND worker_losses < :suspect))
                     ORDER BY ordinal
                     LIMIT :limit
                       FOR UPDATE SKIP LOCKED),
                others AS MATERIALIZED (
                    SELECT task.id
                      FROM (SELECT s.workload_id FROM dispatch_share s
                              JOIN tenant_share t ON t.pool = s.pool AND t.tenant = s.tenant
                              JOIN workload_run r ON r.workload_id = s.workload_id AND r.state = 'in_progress' AND r.desired = 'run'
                             WHERE s.pool = :pool AND s.workload_id <> :workload AND NOT :alone AND NOT s.tenant = ANY(:full::text[])
                             ORDER BY t.virtual_time, t.tenant COLLATE "C", s.virtual_time, s.workload_id) AS other
                     CROSS JOIN LATERAL (
                           SELECT id FROM stage_task
                            WHERE pool = :pool AND batch_key = :key AND workload_id = other.workload_id
                              AND state = 'ready' AND not_before <= ledger_now() AND worker_losses < :suspect
                            ORDER BY ordinal
                            LIMIT :limit
                              FOR UPDATE SKIP LOCKED) AS task
                     LIMIT :limit - (SELECT count(*) FROM own)),
                chosen AS (
                    SELECT id, row_number() OVER () AS place FROM (SELECT id FROM own UNION ALL SELECT id FROM others LIMIT :limit) AS all_of_them)
                SELECT t.id, t.workload_id, r.tenant, t.ordinal, t.stage, t.attempt, i.seed, i.spec,
                       before.artifact_key, encode(before.artifact_sha256, 'hex') AS sha256, before.artifact_bytes,
                       w.previews AND EXISTS (SELECT FROM stage_plan next WHERE next.workload_id = t.workload_id
                           AND next.variant = i.variant AND next.input_stage = t.stage AND next.kind = 'denoise') AS preview
                  FROM chosen c
                  JOIN stage_task t ON t.id = c.id
                  JOIN workload_run r ON r.workload_id = t.workload_id
                  JOIN workload w ON w.id = t.workload_id
                  JOIN item i ON i.workload_id = t.workload_id AND i.ordinal = t.ordinal
                  JOIN stage_plan own ON own.workload_id = t.workload_id AND own.variant = i.variant AND own.stage = t.stage
                  LEFT JOIN stage_task before ON before.workload_id = t.workload_id AND before.ordinal = t.ordinal
                                             AND before.stage = own.input_stage
                 ORDER BY c.place
                """)
                .param("pool", pool)
                .param("workload", lead.workload())
                .param("stage", lead.stage())
                .param("key", lead.batchKey())
                .param("lead", lead.task())
                .param("alone", lead.isSuspect())
                .param("suspect", properties.maxWorkerLosses() - 1)
                .param("limit", limit)
                .param("full", full.toArray(String[]::new))
                .query((rs, n) -> candidate(rs))
                .list();
    }

    private static Candidate candidate(ResultSet rs) throws SQLException {
        ItemSpec spec = MessageJson.read(rs.getString("spec").getBytes(StandardCharsets.UTF_8), ItemSpec.class);
        return new Candidate(
                rs.getLong("id"),
                rs.getObject("workload_id", UUID.class),
                rs.getString("tenant"),
                rs.getInt("ordinal"),
                rs.getInt("stage"),
                rs.getInt("attempt") + 1,
                rs.getLong("seed"),
                spec,
                rs.getInt("stage") == 0 ? spec.initImage() : pivot(rs),
                rs.getBoolean("preview"));
    }

    private static TaskMessage.Input pivot(ResultSet rs) throws SQLException {
        return new TaskMessage.Input(rs.getString("artifact_key"), rs.getString("sha256"), rs.getLong("artifact_bytes"));
    }

    /**
     * The task a message begins with.
     *
     * @param isSuspect whether its next worker's death would be its last
     * @param isRipe whether it has lingered long enough to go in a message that is not full
     */
    record Lead(long task, UUID workload, int stage, long batchKey, boolean isSuspect, boolean isRipe) {}

    /** What is equal for all tasks of a batch key. */
    record Kind(int runLimitSeconds, StageSettings settings, int maxItems) {}

    /**
     * A locked task with all that its message says of it.
     *
     * @param preview whether its user wants to see its pivot, and no decode follows that shows it anyway
     */
    record Candidate(
            long task,
            UUID workload,
            String tenant,
            int ordinal,
            int stage,
            int attempt,
            long seed,
            ItemSpec spec,
            TaskMessage.@Nullable Input input,
            boolean preview) {

        TaskMessage.Task message(long dispatch) {
            return new TaskMessage.Task(
                    task, workload, ordinal, attempt, Long.toUnsignedString(seed), spec.prompt(), spec.negativePrompt(), input,
                    ArtifactPrefix.of(workload, ordinal, stage, dispatch),
                    preview ? ArtifactPrefix.preview(workload, ordinal, stage, dispatch) : null);
        }
    }
}
