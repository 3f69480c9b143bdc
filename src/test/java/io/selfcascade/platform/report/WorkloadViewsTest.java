package io.selfcascade.platform.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.report.WorkloadView.StageView;
import io.selfcascade.platform.report.WorkloadView.StageView.Purpose;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Why a workload waits, as its readers are told; the rows are such as the ledger writes. */
class WorkloadViewsTest {

    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();

    private final JdbcClient jdbc = JdbcClient.create(DATABASE.dataSource());
    private final WorkloadViews views = new WorkloadViews(jdbc, tenant -> tenant.equals("full"));
    private final UUID workload = UUID.randomUUID();

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    /** Two items: one waits for stage 0, 128 x 128, the other for stage 1, 256 x 256. */
    @BeforeEach
    void aWorkloadInProgress() {
        DATABASE.execute("""
                DELETE FROM workload; DELETE FROM worker; DELETE FROM pool; DELETE FROM partition_count;
                INSERT INTO pool VALUES ('cpu', 0), ('gpu', 10);
                INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key, created_at)
                VALUES ('%1$s', 'rest', 'k', '\\x00', 'scenes', '{}', 'items', ledger_now());
                INSERT INTO workload_run (workload_id, state, total, queued_at) VALUES ('%1$s', 'in_progress', 2, ledger_now());
                INSERT INTO run_owner VALUES ('%1$s', 'me', 1, ledger_now() + interval '30 s');
                INSERT INTO partition_count VALUES ('%1$s', 0, 2);
                INSERT INTO stage_plan (workload_id, variant, stage, input_stage, kind, pool, batch_key, max_items, last,
                                        run_limit_s, settings) VALUES
                    ('%1$s', 0, 0, NULL, 'denoise', 'cpu', 100, 8, false, 900, '{"stage": {"width": 128, "height": 128}}'),
                    ('%1$s', 0, 1, 0, 'denoise', 'cpu', 101, 8, true, 900, '{"stage": {"width": 256, "height": 256}}');
                INSERT INTO item (workload_id, ordinal, spec) VALUES ('%1$s', 0, '{}'), ('%1$s', 1, '{}');
                INSERT INTO stage_task (workload_id, ordinal, stage, pool, batch_key, not_before) VALUES
                    ('%1$s', 0, 0, 'cpu', 100, ledger_now()), ('%1$s', 1, 1, 'cpu', 101, ledger_now())
                """.formatted(workload));
    }

    @Test
    void nobodyHasTheModel() {
        worker("w", "cpu", "another", 512);

        assertThat(reason()).isEqualTo(PendingReason.NO_WORKER_FOR_MODEL);
    }

    @Test
    void whoHasTheModelIsTooSmallForAllThatWaits() {
        worker("w", "cpu", "scenes", 64);
        worker("other", "cpu", "another", 512);

        assertThat(reason()).isEqualTo(PendingReason.INSUFFICIENT_MEMORY);
    }

    @Test
    void theWindowIsFullWhileSomethingDueFits() {
        worker("w", "cpu", "scenes", 128);

        assertThat(reason()).isEqualTo(PendingReason.WINDOW_FULL);
    }

    @Test
    void whatFitsWaitsForItsRetry() {
        worker("w", "cpu", "scenes", 128);
        DATABASE.execute("UPDATE stage_task SET not_before = ledger_now() + interval '5 min' WHERE stage = 0");

        assertThat(reason()).isEqualTo(PendingReason.BACKOFF);
    }

    @Test
    void itsTenantHasAsMuchUnderWayAsItMay() {
        worker("w", "cpu", "scenes", 128);
        DATABASE.execute("UPDATE workload SET tenant = 'full'");

        assertThat(reason()).isEqualTo(PendingReason.QUOTA);
    }

    @Test
    void whatFitsWaitsForRoomInTheArtifactStore() {
        worker("w", "cpu", "scenes", 512);
        DATABASE.execute("UPDATE stage_task SET not_before = ledger_now() + interval '30 s', error_code = 'storage_full' WHERE stage = 0");
        assertThat(reason()).as("while another task is due").isEqualTo(PendingReason.WINDOW_FULL);

        DATABASE.execute("UPDATE stage_task SET not_before = ledger_now() + interval '30 s'");

        assertThat(reason()).isEqualTo(PendingReason.STORAGE_FULL);
    }

    @Test
    void nobodyConductsItOrSomebodyPausedIt() {
        worker("w", "cpu", "scenes", 128);
        DATABASE.execute("UPDATE run_owner SET owner_until = ledger_now() - interval '1 s'");
        assertThat(reason()).isEqualTo(PendingReason.COORDINATOR_SLOTS);

        DATABASE.execute("UPDATE workload_run SET desired = 'pause'");

        assertThat(reason()).isEqualTo(PendingReason.PAUSED);
    }

    @Test
    void readsNoMoreOfAMillionTasksThanOfAFew() {
        worker("w", "cpu", "scenes", 128);
        DATABASE.execute("""
                INSERT INTO item (workload_id, ordinal, spec) SELECT '%1$s', n, '{}' FROM generate_series(2, 60000) n;
                INSERT INTO stage_task (workload_id, ordinal, stage, pool, batch_key, not_before)
                SELECT '%1$s', n, 0, 'cpu', 100, ledger_now() + interval '5 min' FROM generate_series(2, 60000) n;
                UPDATE stage_task SET not_before = ledger_now() + interval '5 min'
                """.formatted(workload));

        assertThat(reason()).isEqualTo(PendingReason.BACKOFF);
        assertThat(looked()).isLessThan(2_000);
    }

    /** Pages that the last question read, of the two tables that grow with the items. */
    private long looked() {
        DATABASE.execute("SELECT pg_stat_force_next_flush()");
        long before = touched();
        reason();
        DATABASE.execute("SELECT pg_stat_force_next_flush()");
        return touched() - before;
    }

    private long touched() {
        return jdbc.sql("""
                SELECT sum(heap_blks_read + heap_blks_hit) FROM pg_statio_user_tables WHERE relname IN ('stage_task', 'item')
                """).query(Long.class).single();
    }

    @Test
    void aRetryThatNobodyWillTakeIsNoBackoff() {
        worker("w", "cpu", "scenes", 64);
        DATABASE.execute("UPDATE stage_task SET not_before = ledger_now() + interval '5 s'");

        assertThat(reason()).isEqualTo(PendingReason.INSUFFICIENT_MEMORY);
    }

    @Test
    void judgesATaskByThePoolItMovedTo() {
        worker("w", "cpu", "scenes", 512);
        worker("big", "gpu", "scenes", 128);
        DATABASE.execute("DELETE FROM stage_task WHERE stage = 0; UPDATE stage_task SET pool = 'gpu'");

        assertThat(reason()).isEqualTo(PendingReason.INSUFFICIENT_MEMORY);
    }

    @Test
    void nobodyIsLeftInThePoolATaskMovedTo() {
        worker("w", "cpu", "scenes", 512);
        DATABASE.execute("DELETE FROM stage_task WHERE stage = 0; UPDATE stage_task SET pool = 'gpu'");

        assertThat(reason()).isEqualTo(PendingReason.NO_WORKER_FOR_MODEL);
    }

    @Test
    void aLostWorkerCountsForNothing() {
        worker("w", "cpu", "scenes", 64);
        worker("lost", "cpu", "scenes", 512);
        DATABASE.execute("UPDATE worker SET state = 'lost' WHERE id = 'lost'");

        assertThat(reason()).isEqualTo(PendingReason.INSUFFICIENT_MEMORY);
    }

    @Test
    void listsWhatRunsForDraftsAndAfterAPromotionTheRestOfTheWay() {
        DATABASE.execute("""
                INSERT INTO stage_plan (workload_id, variant, stage, input_stage, kind, pool, batch_key, max_items, last,
                                        run_limit_s, settings) VALUES
                    ('%1$s', 2, 0, NULL, 'denoise', 'cpu', 100, 8, false, 900, '{"stage": {"width": 128, "height": 128}}'),
                    ('%1$s', 2, 2, 0, 'decode', 'cpu', 102, 8, true, 900, '{"stage": {"width": 128, "height": 128}}');
                UPDATE item SET variant = 2; UPDATE workload SET stop_after = 0
                """.formatted(workload));

        WorkloadView drafts = views.get(workload);
        DATABASE.execute("UPDATE item SET variant = 0 WHERE ordinal = 1; UPDATE workload_run SET promoted = 1");
        WorkloadView promoted = views.get(workload);

        assertThat(drafts.stopAfter()).isZero();
        assertThat(drafts.stages()).extracting(StageView::stage, StageView::purpose, StageView::items)
                .containsExactly(tuple(0, Purpose.ALL, 2L), tuple(2, Purpose.DRAFT, 2L));
        assertThat(promoted.promoted()).isOne();
        assertThat(promoted.stages()).extracting(StageView::stage, StageView::purpose, StageView::items)
                .containsExactly(tuple(0, Purpose.ALL, 2L), tuple(1, Purpose.PROMOTED, 1L), tuple(2, Purpose.DRAFT, 2L));
    }

    private PendingReason reason() {
        return views.get(workload).pendingReason();
    }

    /** @param side of the largest square it takes */
    private void worker(String id, String pool, String model, int side) {
        jdbc.sql("""
                INSERT INTO worker (id, boot_id, pool, slots, device, models, state, last_seen)
                VALUES (:id, gen_random_uuid(), :pool, 1, jsonb_build_object('max_pixels', :side * :side),
                        jsonb_build_array(:model::text), 'up', ledger_now())
                """)
                .param("id", id)
                .param("pool", pool)
                .param("model", model)
                .param("side", side)
                .update();
    }
}
