package io.selfcascade.platform.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.dispatch.TaskState;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people read of an item's stages; the rows are such as the ledger writes. */
class ItemStageViewsTest {

    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();

    private final ItemStageViews views = new ItemStageViews(JdbcClient.create(DATABASE.dataSource()));
    private final UUID workload = UUID.randomUUID();

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    /** A promoted item: drafted at once, moved to another pool by memory, and waiting there after its worker was lost. */
    @BeforeEach
    void anItemOnItsWay() {
        DATABASE.execute("""
                DELETE FROM workload;
                INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key, created_at)
                VALUES ('%1$s', 'rest', 'k', '\\x00', 'scenes', '{}', 'items', ledger_now());
                INSERT INTO stage_plan (workload_id, variant, stage, input_stage, kind, pool, batch_key, max_items, last,
                                        run_limit_s, settings) VALUES
                    ('%1$s', 0, 0, NULL, 'denoise', 'cpu', 100, 8, false, 900, '{"stage": {"width": 128, "height": 128}}'),
                    ('%1$s', 0, 1, 0, 'denoise', 'cpu', 101, 8, false, 900, '{"stage": {"width": 256, "height": 256}}'),
                    ('%1$s', 0, 2, 1, 'decode', 'cpu', 102, 8, true, 900, '{"stage": {"width": 256, "height": 256}}'),
                    ('%1$s', 2, 0, NULL, 'denoise', 'cpu', 100, 8, false, 900, '{"stage": {"width": 128, "height": 128}}'),
                    ('%1$s', 2, 3, 0, 'decode', 'cpu', 103, 8, true, 900, '{"stage": {"width": 128, "height": 128}}');
                INSERT INTO item (workload_id, ordinal, variant, spec) VALUES ('%1$s', 0, 0, '{}');
                INSERT INTO stage_task (workload_id, ordinal, stage, pool, batch_key, not_before, state, attempt, worker_losses,
                                        dispatch_id, error_class, error_code, error_detail) VALUES
                    ('%1$s', 0, 0, 'cpu', 100, ledger_now(), 'succeeded', 1, 0, 1, NULL, NULL, NULL),
                    ('%1$s', 0, 1, 'gpu', 101, ledger_now() + interval '5 min', 'ready', 2, 1, 3,
                     'infrastructure', 'worker_lost', 'the worker fell silent'),
                    ('%1$s', 0, 3, 'cpu', 103, ledger_now(), 'succeeded', 0, 0, 2, NULL, NULL, NULL)
                """.formatted(workload));
    }

    @Test
    void tellAttemptsLossesTheLastErrorAndTheTimeOfTheNextRun() {
        List<ItemStageView> stages = views.of(workload, 0);

        assertThat(stages).extracting(ItemStageView::stage).containsExactly(0, 1, 3);
        assertThat(stages.get(0).attempts()).as("one failed, one succeeded").isEqualTo(2);
        assertThat(stages.get(0).notBefore()).isNull();
        ItemStageView waiting = stages.get(1);
        assertThat(waiting.state()).isEqualTo(TaskState.READY);
        assertThat(waiting.pool()).isEqualTo("gpu");
        assertThat(waiting.attempts()).isEqualTo(2);
        assertThat(waiting.workerLosses()).isOne();
        assertThat(waiting.error()).isEqualTo(new LedgerItem.Error("infrastructure", "worker_lost", "the worker fell silent"));
        assertThat(waiting.notBefore()).isNotNull();
        assertThat(stages).extracting(ItemStageView::draft).containsExactly(false, false, true);
    }

    @Test
    void nameNoTimeOnceTheTaskMayBeSentOrIsAtAWorker() {
        DATABASE.execute("UPDATE stage_task SET not_before = ledger_now() WHERE stage = 1");
        ItemStageView due = views.of(workload, 0).get(1);
        DATABASE.execute("UPDATE stage_task SET state = 'dispatched' WHERE stage = 1");
        ItemStageView running = views.of(workload, 0).get(1);

        assertThat(due.notBefore()).isNull();
        assertThat(due.error()).isNotNull();
        assertThat(running.attempts()).isEqualTo(3);
        assertThat(running.notBefore()).isNull();
    }

    @Test
    void areNoneWhereNothingHasBegun() {
        assertThat(views.of(workload, 1)).isEmpty();
        assertThat(views.of(UUID.randomUUID(), 0)).isEmpty();
    }
}
