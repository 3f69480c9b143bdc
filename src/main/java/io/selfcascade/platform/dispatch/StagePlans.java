package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ModelRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The planned stages of workloads: written once when a workload is accepted, read by dispatch and by reports. */
public class StagePlans {

    private final JdbcClient jdbc;
    private final Pools pools;

    StagePlans(JdbcClient jdbc, Pools pools) {
        this.jdbc = jdbc;
        this.pools = pools;
    }

    /** Writes the plan of a new workload in the caller's transaction. */
    public void store(UUID workload, WorkloadPlan plan) {
        List<List<PlannedStage>> ways =
                List.of(plan.fromPrompt(), plan.fromImage(), plan.draftFromPrompt(), plan.draftFromImage());
        pools.ensure(ways.stream().flatMap(List::stream).map(PlannedStage::pool).toList());
        for (int variant = 0; variant < ways.size(); variant++) {
            store(workload, variant, plan.model(), ways.get(variant));
        }
    }

    /** @throws CascadeException NOT_FOUND if the workload has no plan */
    public WorkloadPlan load(UUID workload) {
        List<Row> rows = jdbc.sql("""
                SELECT variant, pool, batch_key, max_items, run_limit_s, settings FROM stage_plan
                 WHERE workload_id = :workload ORDER BY variant, stage
                """)
                .param("workload", workload)
                .query((rs, n) -> row(rs.getInt(1), rs.getString(2), rs.getLong(3), rs.getInt(4), rs.getInt(5), rs.getString(6)))
                .list();
        if (rows.isEmpty()) {
            throw new CascadeException(
                    ErrorCode.NOT_FOUND, "Cannot find plan: workload " + workload + " (was it deleted?)");
        }
        return new WorkloadPlan(rows.get(0).model(), variant(rows, 0), variant(rows, 1), variant(rows, 2), variant(rows, 3));
    }

    private void store(UUID workload, int variant, ModelRef model, List<PlannedStage> stages) {
        for (int n = 0; n < stages.size(); n++) {
            PlannedStage stage = stages.get(n);
            jdbc.sql("""
                    INSERT INTO stage_plan (workload_id, variant, stage, input_stage, kind, pool, batch_key, max_items, last,
                                            run_limit_s, settings)
                    VALUES (:workload, :variant, :stage, :input, :kind, :pool, :key, :items, :last, :limit, :settings::jsonb)
                    """)
                    .param("workload", workload)
                    .param("variant", variant)
                    .param("stage", stage.spec().index())
                    .param("input", n == 0 ? null : stages.get(n - 1).spec().index())
                    .param("kind", stage.spec().kind().name().toLowerCase(Locale.ROOT))
                    .param("pool", stage.pool())
                    .param("key", stage.batchKey())
                    .param("items", stage.maxItems())
                    .param("last", n == stages.size() - 1)
                    .param("limit", stage.runLimitSeconds())
                    .param("settings", json(new StageSettings(model, stage.spec())))
                    .update();
        }
    }

    private static List<PlannedStage> variant(List<Row> rows, int variant) {
        return rows.stream().filter(row -> row.variant() == variant).map(Row::stage).toList();
    }

    private static Row row(int variant, String pool, long batchKey, int maxItems, int runLimitSeconds, String settings) {
        StageSettings read = MessageJson.read(settings.getBytes(StandardCharsets.UTF_8), StageSettings.class);
        return new Row(variant, read.model(), new PlannedStage(read.stage(), pool, batchKey, maxItems, runLimitSeconds));
    }

    private static String json(StageSettings settings) {
        return new String(MessageJson.write(settings), StandardCharsets.UTF_8);
    }

    private record Row(int variant, ModelRef model, PlannedStage stage) {}
}
