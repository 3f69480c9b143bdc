package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.dispatch.TenantQuotas;
import io.selfcascade.platform.report.WorkloadView.Counts;
import io.selfcascade.platform.report.WorkloadView.StageView;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads workloads with their progress. Every figure comes from counters and partial indexes, none from counting items. */
public class WorkloadViews {

    private static final String SELECT = """
            SELECT w.id, w.tenant, w.name, w.model, r.state, r.desired, r.generation, r.revision, w.version, w.priority,
                   r.error_code, r.error_detail, w.created_at, r.started_at, r.finished_at, r.total,
                   w.stop_after, r.promoted, w.max_failure_ratio,
                   c.completed, c.failed, c.cancelled, o.owner IS NOT NULL AND o.owner_until > ledger_now() AS owned,
                   (SELECT count(DISTINCT t.ordinal) FROM stage_task t
                     WHERE t.state = 'dispatched' AND t.workload_id = w.id) AS in_progress
              FROM workload w
              JOIN workload_run r ON r.workload_id = w.id
              JOIN run_owner o ON o.workload_id = w.id
             CROSS JOIN LATERAL (
                   SELECT coalesce(sum(completed), 0) AS completed, coalesce(sum(failed), 0) AS failed,
                          coalesce(sum(cancelled), 0) AS cancelled
                     FROM partition_count WHERE workload_id = w.id) AS c
            """;

    private static final int MOST_LOOKED_AT = 200;

    private final JdbcClient jdbc;
    private final TenantQuotas quotas;
    private final StageViews stages;

    WorkloadViews(JdbcClient jdbc, TenantQuotas quotas) {
        this.jdbc = jdbc;
        this.quotas = quotas;
        this.stages = new StageViews(jdbc);
    }

    /** @return empty if there is no such workload */
    public Optional<WorkloadView> find(UUID id) {
        return jdbc.sql(SELECT + " WHERE w.id = :id")
                .param("id", id)
                .query((rs, n) -> view(rs))
                .optional();
    }

    /** @throws CascadeException NOT_FOUND if there is no such workload */
    public WorkloadView get(UUID id) {
        return find(id).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + id + " (see GET /v1/workloads)"));
    }

    /**
     * Newest first.
     *
     * @param tenant whose workloads; null for everybody's
     * @param after the last id of the page before; null for the first page
     * @param limit 1 to 100
     */
    public List<WorkloadView> page(@Nullable String tenant, @Nullable UUID after, int limit) {
        // The id is a UUIDv7: its order is the order of creation.
        return jdbc.sql(SELECT + " WHERE (:tenant::text IS NULL OR w.tenant = :tenant) AND (:after::uuid IS NULL OR w.id < :after::uuid)"
                        + " ORDER BY w.id DESC LIMIT :limit")
                .param("tenant", tenant)
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query((rs, n) -> view(rs))
                .list();
    }

    /** Ids of every workload that has not ended, most recent first; at most 100. */
    public List<UUID> open() {
        return jdbc.sql("""
                SELECT workload_id FROM workload_run
                 WHERE state IN ('queued', 'validating', 'in_progress', 'finalizing') ORDER BY queued_at DESC LIMIT 100
                """)
                .query(UUID.class)
                .list();
    }

    private WorkloadView view(ResultSet rs) throws SQLException {
        UUID id = rs.getObject("id", UUID.class);
        RunState state = StoredState.of(RunState.class, rs.getString("state"));
        Desired desired = StoredState.of(Desired.class, rs.getString("desired"));
        Counts counts = counts(rs);
        int promoted = rs.getInt("promoted");
        List<StageView> stageViews = stages.of(id, counts, promoted);
        int liveSlots = state.isTerminal() ? 0 : liveSlots(id);
        return new WorkloadView(
                id,
                rs.getString("tenant"),
                rs.getString("name"),
                rs.getString("model"),
                state,
                desired,
                rs.getInt("generation"),
                rs.getLong("revision"),
                rs.getInt("version"),
                rs.getInt("priority"),
                counts,
                stageViews,
                rs.getObject("stop_after", Integer.class),
                promoted,
                rs.getBigDecimal("max_failure_ratio"),
                pendingReason(id, rs.getString("tenant"), state, desired, counts, rs.getBoolean("owned"), liveSlots),
                state.isTerminal() ? null : Eta.seconds(stageViews, counts, liveSlots),
                rs.getString("error_code"),
                rs.getString("error_detail"),
                rs.getObject("created_at", OffsetDateTime.class).toInstant(),
                instantIfAny(rs, "started_at"),
                instantIfAny(rs, "finished_at"));
    }

    private static Counts counts(ResultSet rs) throws SQLException {
        Integer total = rs.getObject("total", Integer.class);
        long inProgress = rs.getLong("in_progress");
        long completed = rs.getLong("completed");
        long failed = rs.getLong("failed");
        long cancelled = rs.getLong("cancelled");
        long pending = total == null ? 0 : Math.max(0, total - completed - failed - cancelled - inProgress);
        return new Counts(total, pending, inProgress, completed, failed, cancelled);
    }

    private @Nullable PendingReason pendingReason(
            UUID id, String tenant, RunState state, Desired desired, Counts counts, boolean isOwned, int liveSlots) {
        if (state.isTerminal() || counts.inProgress() > 0) {
            return null;
        }
        if (desired == Desired.PAUSE) {
            return PendingReason.PAUSED;
        }
        if (!isOwned) {
            return PendingReason.COORDINATOR_SLOTS;
        }
        return state == RunState.IN_PROGRESS && counts.pending() > 0 ? dispatchReason(id, tenant, liveSlots) : null;
    }

    /**
     * Tasks are judged by the pool they wait in: one that ran out of memory may have moved to a bigger one. Of each pool and stage
     * some are looked at, so that a million of them cost no more than a thousand.
     */
    private PendingReason dispatchReason(UUID id, String tenant, int liveSlots) {
        if (liveSlots == 0) {
            return PendingReason.NO_WORKER_FOR_MODEL;
        }
        return jdbc.sql("""
                WITH able AS (
                    SELECT k.pool, max(k.max_pixels) AS pixels
                      FROM worker k JOIN workload w ON w.id = :id AND jsonb_exists(k.models, w.model)
                     WHERE k.state = 'up' GROUP BY k.pool)
                SELECT count(*) AS ready, count(able.pool) AS served, count(*) FILTER (WHERE p.pixels <= able.pixels) AS fitting,
                       count(*) FILTER (WHERE p.pixels <= able.pixels AND t.not_before <= ledger_now()) AS due,
                       count(*) FILTER (WHERE p.pixels <= able.pixels AND t.error_code = 'storage_full') AS no_room
                  FROM (SELECT DISTINCT stage FROM stage_plan WHERE workload_id = :id) AS s
                 CROSS JOIN pool
                 CROSS JOIN LATERAL (SELECT * FROM stage_task
                                      WHERE pool = pool.name AND workload_id = :id AND stage = s.stage AND state = 'ready'
                                      LIMIT :most) AS t
                  JOIN LATERAL (SELECT min(pixels) AS pixels FROM stage_plan
                                 WHERE workload_id = t.workload_id AND stage = t.stage AND batch_key = t.batch_key) AS p ON true
                  LEFT JOIN able ON able.pool = t.pool
                """)
                .param("id", id)
                .param("most", MOST_LOOKED_AT)
                .query((rs, n) -> dispatchReason(tenant, rs.getLong("ready"), rs.getLong("served"), rs.getLong("fitting"),
                        rs.getLong("due"), rs.getLong("no_room")))
                .single();
    }

    private PendingReason dispatchReason(String tenant, long ready, long served, long fitting, long due, long noRoom) {
        if (due > 0) {
            return quotas.isReached(tenant) ? PendingReason.QUOTA : PendingReason.WINDOW_FULL;
        }
        if (noRoom > 0) {
            return PendingReason.STORAGE_FULL;
        }
        if (ready == 0 || fitting > 0) {
            return PendingReason.BACKOFF;
        }
        return served > 0 ? PendingReason.INSUFFICIENT_MEMORY : PendingReason.NO_WORKER_FOR_MODEL;
    }

    /** Slots of live workers that could run the workload's stages. */
    private int liveSlots(UUID id) {
        return jdbc.sql("""
                SELECT coalesce(sum(k.slots), 0) FROM worker k
                 WHERE k.state = 'up' AND k.pool IN (SELECT pool FROM stage_plan WHERE workload_id = :id)
                   AND k.models @> (SELECT to_jsonb(model) FROM workload WHERE id = :id)
                """)
                .param("id", id)
                .query(Integer.class)
                .single();
    }

    private static @Nullable Instant instantIfAny(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
