package io.selfcascade.platform.intake;

import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import org.jspecify.annotations.Nullable;

/**
 * What a user sets differently from the preset, for all stages or for one. Null means: not said.
 *
 * @param width of the stage in pixels; only for a single stage, together with {@code height}
 * @param steps length of the scheduler's full grid, 1..1000
 * @param startTimestep K of the paper, 1..1000; ignored where a stage starts from pure noise
 * @param guidance classifier-free guidance scale, 0..100
 * @param eta 0..1
 * @param microBatch most items in one native call, 1..64
 * @param pool of workers that take the stage, and the encode before it or the decode behind it
 */
public record StageKnobs(
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Integer steps,
        @Nullable Integer startTimestep,
        @Nullable Double guidance,
        @Nullable Double eta,
        @Nullable SchedulerType scheduler,
        @Nullable TimestepSpacing spacing,
        @Nullable UpsampleSpace upsampleSpace,
        @Nullable UpsampleKernel upsampleKernel,
        @Nullable NoiseReschedule noiseReschedule,
        @Nullable Integer microBatch,
        @Nullable Tiling tiling,
        @Nullable String pool) {

    /** Nothing set. */
    public static final StageKnobs NONE =
            new StageKnobs(null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** These knobs, and where they say nothing those of {@code other}. */
    public StageKnobs or(StageKnobs other) {
        return new StageKnobs(
                first(width, other.width),
                first(height, other.height),
                first(steps, other.steps),
                first(startTimestep, other.startTimestep),
                first(guidance, other.guidance),
                first(eta, other.eta),
                first(scheduler, other.scheduler),
                first(spacing, other.spacing),
                first(upsampleSpace, other.upsampleSpace),
                first(upsampleKernel, other.upsampleKernel),
                first(noiseReschedule, other.noiseReschedule),
                first(microBatch, other.microBatch),
                first(tiling, other.tiling),
                first(pool, other.pool));
    }

    private static <T> @Nullable T first(@Nullable T mine, @Nullable T other) {
        return mine != null ? mine : other;
    }
}
