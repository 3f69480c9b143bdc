package io.selfcascade.platform.dispatch;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who is served next: the tenant with the smallest virtual time, and of it the workload with the smallest. Serving moves
 * both on, the more tasks the further, the higher the weight the less. A virtual time is that at which the next task would
 * end, so that of two newcomers the weightier one goes first.
 */
final class FairShare {

    private final JdbcClient jdbc;
    private final Tenants tenants;

    FairShare(JdbcClient jdbc, Tenants tenants) {
        this.jdbc = jdbc;
        this.tenants = tenants;
    }

    /** Gives every workload in progress its place, and its tenant: a newcomer has neither arrears nor a start. */
    void admit(String pool) {
        jdbc.sql("""
                DELETE FROM tenant_share t USING pool p
                 WHERE p.name = :pool AND t.pool = :pool AND t.virtual_time <= p.virtual_clock
                   AND NOT EXISTS (SELECT FROM dispatch_share s WHERE s.pool = t.pool AND s.tenant = t.tenant)
                """)
                .param("pool", pool)
                .update();
        jdbc.sql("""
                WITH newcomer AS (
                    SELECT r.workload_id, r.tenant, w.priority + 1 AS weight
                      FROM workload_run r JOIN workload w ON w.id = r.workload_id
                     WHERE r.state = 'in_progress'
                       AND NOT EXISTS (SELECT FROM dispatch_share s WHERE s.workload_id = r.workload_id AND s.pool = :pool)),
                tenant AS (
                    INSERT INTO tenant_share (pool, tenant, virtual_time)
                    SELECT p.name, n.tenant, p.virtual_clock + 1::float8 / coalesce(named.weight, :weight)
                      FROM (SELECT DISTINCT tenant FROM newcomer) n
                      JOIN pool p ON p.name = :pool
                      LEFT JOIN unnest(:names::text[], :weights::int[]) AS named(tenant, weight) ON named.tenant = n.tenant
                    ON CONFLICT (pool, tenant) DO NOTHING)
                INSERT INTO dispatch_share (workload_id, pool, tenant, weight, virtual_time)
                SELECT n.workload_id, :pool, n.tenant, n.weight, coalesce(t.virtual_clock, 0) + 1::float8 / n.weight
                  FROM newcomer n LEFT JOIN tenant_share t ON t.pool = :pool AND t.tenant = n.tenant
                """)
                .param("pool", pool)
                .param("weight", tenants.each().weight())
                .param("names", tenants.named().keySet().toArray(String[]::new))
                .param("weights", tenants.named().values().stream().map(Tenants.Terms::weight).toArray(Integer[]::new))
                .update();
    }

    /**
     * The workload to serve next among those with a due task that some worker can take.
     *
     * @param largest pixels of the largest picture that is taken, by model
     * @param passedOver workloads that are not asked
     * @param full tenants that are not asked
     */
    Optional<Turn> next(String pool, Map<String, Long> largest, Collection<UUID> passedOver, Collection<String> full) {
        // Walked from the smallest on, and no further than to the first that is due: sorting is all that grows with their number.
        return jdbc.sql("""
                SELECT turn.workload_id, turn.pixels, t.tenant, t.virtual_time, turn.virtual_time
                  FROM (SELECT tenant, virtual_time FROM tenant_share
                         WHERE pool = :pool AND NOT tenant = ANY(:full::text[])
                         ORDER BY virtual_time, tenant COLLATE "C") AS t
                 CROSS JOIN LATERAL (
                       SELECT s.workload_id, s.virtual_time, able.pixels
                         FROM (SELECT workload_id, virtual_time FROM dispatch_share
                                WHERE pool = :pool AND tenant = t.tenant AND NOT workload_id = ANY(:passed::uuid[])
                                ORDER BY virtual_time, workload_id) AS s
                        CROSS JOIN LATERAL (
                              SELECT largest.pixels
                                FROM workload_run r
                                JOIN workload w ON w.id = r.workload_id
                                JOIN unnest(:models::text[], :pixels::bigint[]) AS largest(model, pixels) ON largest.model = w.model
                               WHERE r.workload_id = s.workload_id AND r.state = 'in_progress' AND r.desired = 'run'
                               LIMIT 1) AS able
                        CROSS JOIN LATERAL (
                              SELECT FROM stage_task task
                                JOIN stage_plan p ON p.workload_id = task.workload_id AND p.stage = task.stage
                                                 AND p.batch_key = task.batch_key AND p.pixels <= able.pixels
                               WHERE task.pool = :pool AND task.workload_id = s.workload_id
                                 AND task.state = 'ready' AND task.not_before <= ledger_now()
                               LIMIT 1) AS due
                        ORDER BY s.virtual_time, s.workload_id
                        LIMIT 1) AS turn
                 ORDER BY t.virtual_time, t.tenant COLLATE "C"
                 LIMIT 1
                """)
                .param("pool", pool)
                .param("models", largest.keySet().toArray(String[]::new))
                .param("pixels", largest.values().toArray(Long[]::new))
                .param("passed", passedOver.stream().map(UUID::toString).toArray(String[]::new))
                .param("full", full.toArray(String[]::new))
                .query((rs, n) -> new Turn(
                        rs.getObject(1, UUID.class), rs.getLong(2), rs.getString(3), rs.getDouble(4), rs.getDouble(5)))
                .optional();
    }

    /** Charges every workload of a message, and every tenant, for its own tasks. */
    void charge(String pool, Turn turn, Collection<Charge> charges) {
        String[] names = charges.stream().map(Charge::tenant).distinct().toArray(String[]::new);
        jdbc.sql("""
                WITH clock AS (
                    UPDATE pool SET virtual_clock = greatest(virtual_clock, :tenantTime) WHERE name = :pool RETURNING virtual_clock),
                charged AS (
                    UPDATE tenant_share t
                       SET virtual_time = greatest(t.virtual_time, clock.virtual_clock) + n.tasks::float8 / n.weight,
                           virtual_clock = CASE WHEN t.tenant = :tenant THEN greatest(t.virtual_clock, :workloadTime)
                                                ELSE t.virtual_clock END
                      FROM clock, unnest(:names::text[], :tasks::int[], :weights::int[]) AS n(tenant, tasks, weight)
                     WHERE t.pool = :pool AND t.tenant = n.tenant
                    RETURNING t.tenant, t.virtual_clock)
                UPDATE dispatch_share s
                   SET virtual_time = greatest(s.virtual_time, charged.virtual_clock) + n.tasks::float8 / s.weight
                  FROM charged, unnest(:workloads::uuid[], :counts::int[]) AS n(workload_id, tasks)
                 WHERE s.pool = :pool AND s.workload_id = n.workload_id AND s.tenant = charged.tenant
                """)
                .param("pool", pool)
                .param("tenant", turn.tenant())
                .param("tenantTime", turn.tenantTime())
                .param("workloadTime", turn.workloadTime())
                .param("names", names)
                .param("tasks", Arrays.stream(names).map(name -> tasks(charges, name)).toArray(Integer[]::new))
                .param("weights", Arrays.stream(names).map(name -> tenants.of(name).weight()).toArray(Integer[]::new))
                .param("workloads", charges.stream().map(charge -> charge.workload().toString()).toArray(String[]::new))
                .param("counts", charges.stream().map(Charge::tasks).toArray(Integer[]::new))
                .update();
    }

    /** What a workload is ahead of the clock is reckoned by its new priority, so that the next task goes by that already. */
    static void reweigh(JdbcClient jdbc, UUID workload) {
        jdbc.sql("""
                UPDATE dispatch_share s
                   SET virtual_time = t.virtual_clock + greatest(0, s.virtual_time - t.virtual_clock) * s.weight / (w.priority + 1),
                       weight = w.priority + 1
                  FROM workload w, tenant_share t
                 WHERE w.id = :workload AND s.workload_id = w.id AND s.weight <> w.priority + 1
                   AND t.pool = s.pool AND t.tenant = s.tenant
                """)
                .param("workload", workload)
                .update();
    }

    /** A run that sends nothing more has no place among those that do. */
    static void leave(JdbcClient jdbc, UUID workload) {
        jdbc.sql("DELETE FROM dispatch_share WHERE workload_id = :workload").param("workload", workload).update();
    }

    private static int tasks(Collection<Charge> charges, String tenant) {
        return charges.stream().filter(charge -> charge.tenant().equals(tenant)).mapToInt(Charge::tasks).sum();
    }

    /**
     * Whose turn it is.
     *
     * @param mostPixels of the largest picture that a live worker with its model takes
     * @param tenantTime virtual time of the tenant
     * @param workloadTime virtual time of the workload, within its tenant
     */
    record Turn(UUID workload, long mostPixels, String tenant, double tenantTime, double workloadTime) {}

    /** What a workload has of a message. */
    record Charge(UUID workload, String tenant, int tasks) {}
}
