package io.selfcascade.platform.plan;

import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Adds to a stage what dispatch needs: in whose company it may run, and how long. */
final class StagePricing {

    /** What a pass through the VAE is worth in denoising steps, generously. */
    private static final int VAE_STEPS = 8;

    private final PlanSettings settings;
    private final ModelRef model;
    private final Determinism determinism;

    StagePricing(PlanSettings settings, ModelRef model, Determinism determinism) {
        this.settings = settings;
        this.model = model;
        this.determinism = determinism;
    }

    /**
     * @param microBatch what the user asked for, or null
     * @param pool what the user asked for, or null to decide by the size
     */
    PlannedStage plan(StageSpec stage, @Nullable Integer microBatch, @Nullable String pool) {
        int items = items(stage, microBatch);
        return new PlannedStage(stage, pool == null ? settings.poolFor(stage.size().pixels()) : pool, batchKey(stage, items), items, runLimitSeconds(stage, items));
    }

    private int items(StageSpec stage, @Nullable Integer microBatch) {
        if (determinism == Determinism.STRICT) {
            return 1;
        }
        if (microBatch != null) {
            return microBatch;
        }
        return (int) Math.max(1, Math.min(settings.maxItems(), settings.batchPixels() / stage.size().pixels()));
    }

    private int runLimitSeconds(StageSpec stage, int items) {
        int steps = stage instanceof DenoiseStage denoise ? denoise.steps() + 2 * VAE_STEPS : VAE_STEPS;
        double megapixelSteps = stage.size().pixels() / 1e6 * steps * items;
        return (int) Math.min(7 * 86_400, settings.baseSeconds() + megapixelSteps * settings.secondsPerMegapixelStep());
    }

    // Records print all their components, so equal settings have equal texts. The number of items belongs to the key: a
    // task that must run alone may not be filled into another workload's message.
    private long batchKey(StageSpec stage, int items) {
        String text = model.sha256() + "\n" + items + "\n" + stage;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot digest: SHA-256 is missing from this Java", e);
        }
    }
}
