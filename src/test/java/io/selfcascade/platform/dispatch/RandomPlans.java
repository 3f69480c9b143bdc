package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Workloads of every kind the ledger tells apart: prompts, pictures, drafts, two models, two pools, good and bad lines. */
final class RandomPlans {

    private static final TaskMessage.Input PICTURE = new TaskMessage.Input("uploads/1", "cd".repeat(32), 999);

    private RandomPlans() {}

    static WorkloadPlan plan(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> LedgerFixture.draftPlan();
            case 1 -> pictures(random.nextBoolean() ? "cpu" : "gpu");
            case 2 -> other();
            default -> LedgerFixture.plan(2 + random.nextInt(3));
        };
    }

    /** Prompts and pictures; the large scale may have a pool of its own. */
    private static WorkloadPlan pictures(String large) {
        PlannedStage encode = new PlannedStage(new EncodeStage(0, 128, 128, Dtype.F32), "cpu", 90, 4, 300);
        return new WorkloadPlan(LedgerFixture.plan(3).model(), scales(0, large), concat(encode, scales(1, large)));
    }

    private static List<PlannedStage> scales(int first, String large) {
        return List.of(
                new PlannedStage(LedgerFixture.denoise(first, 128, null), "cpu", 110 + first, 3, 900),
                new PlannedStage(LedgerFixture.denoise(first + 1, 512, new Upsample(UpsampleSpace.LATENT, UpsampleKernel.BILINEAR)),
                        large, 120 + first, 2, 900),
                new PlannedStage(new DecodeStage(first + 2, 512, 512, Dtype.F32, Tiling.AUTO), large, 130 + first, 3, 300));
    }

    /** A model that not every worker has. */
    private static WorkloadPlan other() {
        return new WorkloadPlan(new ModelRef("other", "ef".repeat(32)), List.of(
                new PlannedStage(LedgerFixture.denoise(0, 128, null), "cpu", 200, 4, 900),
                new PlannedStage(new DecodeStage(1, 128, 128, Dtype.F32, Tiling.AUTO), "cpu", 201, 4, 300)), List.of());
    }

    private static List<PlannedStage> concat(PlannedStage first, List<PlannedStage> others) {
        List<PlannedStage> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    static Ledger.Terms terms(Random random, long now) {
        return new Ledger.Terms(List.of("default", "busy", "other").get(random.nextInt(3)), random.nextInt(10), random.nextInt(4) == 0 ? Long.valueOf(now + random.nextInt(3_600_000)) : null,
                List.of("all", "last", "none").get(random.nextInt(3)),
                random.nextInt(3) == 0 ? BigDecimal.valueOf(1 + random.nextInt(9), 1) : null);
    }

    /** Lines as ingest finds them: some refused, some with an id that an earlier line has. */
    static List<NewItem> lines(Random random, WorkloadPlan plan) {
        List<NewItem> lines = new ArrayList<>();
        int count = 1 + random.nextInt(9);
        for (int ordinal = 0; ordinal < count; ordinal++) {
            lines.add(random.nextInt(16) == 0
                    ? NewItem.refused(ordinal, null, ErrorCode.INVALID_REQUEST, "line " + ordinal)
                    : NewItem.accepted(ordinal, customId(random, ordinal), random.nextLong(), spec(random, plan, ordinal)));
        }
        return lines;
    }

    private static @Nullable String customId(Random random, int ordinal) {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> "c" + random.nextInt(ordinal + 1);
            default -> "c" + ordinal;
        };
    }

    private static ItemSpec spec(Random random, WorkloadPlan plan, int ordinal) {
        boolean isPicture = !plan.fromImage().isEmpty() && random.nextBoolean();
        return new ItemSpec("scene " + ordinal, "", isPicture ? PICTURE : null);
    }
}
