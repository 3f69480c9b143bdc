package io.selfcascade.platform.dispatch;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Reads everything that can be observed of the SQL ledger, in one statement and so in one snapshot. */
final class SqlRows {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .changeDefaultVisibility(checker -> checker.with(Visibility.NONE).withFieldVisibility(Visibility.ANY))
            .build();

    private static final String READ = """
            SELECT json_build_object(
              'runs', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT r.workload_id, r.tenant, w.priority, %1$s(w.deadline) AS deadline, w.keep_pivots, r.generation, r.state, r.desired, r.revision,
                       r.total, r.partition_size, r.opened_until, r.promoted, r.failure_limit, r.results_key, r.error_code,
                       %1$s(r.queued_at) AS queued_at, %1$s(r.started_at) AS started_at, %1$s(r.finished_at) AS finished_at,
                       %1$s(r.collect_at) AS collect_at, o.owner, o.epoch, %1$s(o.owner_until) AS owner_until
                  FROM workload_run r JOIN workload w ON w.id = r.workload_id JOIN run_owner o USING (workload_id)) x),
              'items', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT workload_id, ordinal, variant, custom_id, refused, seed, state, settled_in, result_key,
                       encode(result_sha256, 'hex') AS result_sha256, result_bytes, width, height, error_class, error_code FROM item) x),
              'tasks', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT workload_id, ordinal, stage, generation, pool, batch_key, state, %1$s(not_before) AS not_before, attempt,
                       worker_losses, dispatch_id, artifact_key, encode(artifact_sha256, 'hex') AS artifact_sha256, artifact_bytes,
                       preview_key, run_ms, error_class, error_code FROM stage_task) x),
              'dispatches', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT id, pool, batch_key, tasks, state, %1$s(lease_until) AS lease_until, worker_id, boot_id,
                       %1$s(created_at) AS created_at, %1$s(started_at) AS started_at, %1$s(closed_at) AS closed_at, closed_by
                  FROM task_dispatch) x),
              'partitions', (SELECT coalesce(json_agg(x), '[]') FROM partition_count x),
              'stages', (SELECT coalesce(json_agg(x), '[]') FROM stage_count x),
              'shares', (SELECT coalesce(json_agg(x), '[]') FROM dispatch_share x),
              'tenant_shares', (SELECT coalesce(json_agg(x), '[]') FROM tenant_share x),
              'limits', (SELECT coalesce(json_agg(x), '[]') FROM batch_limit x),
              'pools', (SELECT coalesce(json_agg(x), '[]') FROM pool x),
              'workers', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT id, boot_id, pool, slots, models, max_pixels, state, %1$s(last_seen) AS last_seen FROM worker) x),
              'boots', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT worker_id, boot_id, row_number() OVER (PARTITION BY worker_id ORDER BY arrival) AS place, seq,
                       %1$s(first_seen) AS first_seen, %1$s(last_seen) AS last_seen FROM worker_boot) x),
              'watermarks', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT topic, partition, %1$s(nullif(caught_up_at, '-infinity')) AS caught_up_at FROM event_watermark) x),
              'events', (SELECT coalesce(json_agg(x), '[]') FROM (
                SELECT workload_id, revision, (body ->> 'generation')::int AS generation, body ->> 'state' AS state,
                       body ->> 'desired' AS desired, body ->> 'reason' AS reason, (body -> 'counts' ->> 'total')::int AS total,
                       (body -> 'counts' ->> 'completed')::int AS completed, (body -> 'counts' ->> 'failed')::int AS failed,
                       (body -> 'counts' ->> 'cancelled')::int AS cancelled, %1$s(at) AS at FROM workload_event) x))
            """.formatted("ms");

    private SqlRows() {}

    /** Makes the function that turns times into milliseconds. */
    static void prepare(JdbcClient jdbc) {
        jdbc.sql("""
                CREATE OR REPLACE FUNCTION ms(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS
                $$ SELECT round(extract(epoch FROM t) * 1000)::bigint $$
                """).update();
    }

    static LedgerRows read(JdbcClient jdbc) {
        return MAPPER.readValue(jdbc.sql(READ).query(String.class).single(), LedgerRows.class);
    }
}
