package io.selfcascade.platform.dispatch;

/** Makes ledgers large at once, by copying rows. */
final class ManyWorkloads {

    private ManyWorkloads() {}

    /** Copies a workload with its run, its plan, its items and their tasks. */
    static void copies(LedgerFixture ledger, ClaimedRun run, int count) {
        ledger.jdbc.sql("""
                WITH copy AS MATERIALIZED (SELECT gen_random_uuid() AS id FROM generate_series(1, :count)),
                requests AS (
                    INSERT INTO workload (id, tenant, source, request_key, request_sha256, model, cascade, items_key, priority, created_at)
                    SELECT c.id, w.tenant, w.source, c.id::text, w.request_sha256, w.model, w.cascade, w.items_key, w.priority, w.created_at
                      FROM workload w, copy c WHERE w.id = :workload),
                owners AS (
                    INSERT INTO run_owner (workload_id, owner, epoch, owner_until)
                    SELECT c.id, o.owner, o.epoch, 'infinity' FROM run_owner o, copy c WHERE o.workload_id = :workload),
                runs AS (
                    INSERT INTO workload_run (workload_id, tenant, state, total, partition_size, opened_until, queued_at, started_at)
                    SELECT c.id, r.tenant, r.state, r.total, r.partition_size, r.opened_until, r.queued_at, r.started_at
                      FROM workload_run r, copy c WHERE r.workload_id = :workload),
                plans AS (
                    INSERT INTO stage_plan (workload_id, variant, stage, input_stage, kind, pool, batch_key, max_items, last,
                                            run_limit_s, settings)
                    SELECT c.id, p.variant, p.stage, p.input_stage, p.kind, p.pool, p.batch_key, p.max_items, p.last, p.run_limit_s,
                           p.settings FROM stage_plan p, copy c WHERE p.workload_id = :workload),
                counts AS (
                    INSERT INTO partition_count (workload_id, partition_no, total)
                    SELECT c.id, p.partition_no, p.total FROM partition_count p, copy c WHERE p.workload_id = :workload),
                items AS (
                    INSERT INTO item (workload_id, ordinal, variant, seed, spec)
                    SELECT c.id, i.ordinal, i.variant, i.seed, i.spec FROM item i, copy c WHERE i.workload_id = :workload)
                INSERT INTO stage_task (workload_id, ordinal, stage, pool, batch_key, not_before)
                SELECT c.id, t.ordinal, t.stage, t.pool, t.batch_key, t.not_before
                  FROM stage_task t, copy c WHERE t.workload_id = :workload
                """)
                .param("count", count)
                .param("workload", run.workloadId())
                .update();
    }
}
