package io.selfcascade.diffusion.evaluation;

import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import org.jspecify.annotations.Nullable;

/**
 * What all runs of an evaluation share: deterministic DDIM with guidance.
 *
 * @param steps of the full grid
 * @param spacing of the grid
 * @param guidance scale of classifier-free guidance
 * @param startTimestep K: where the later stages of a cascade begin
 * @param upsample how a pivot is enlarged
 * @param reschedule whether later stages shift their noise for the larger area
 */
public record SamplingSettings(
        int steps,
        TimestepSpacing spacing,
        double guidance,
        int startTimestep,
        Upsample upsample,
        NoiseReschedule reschedule) {

    private static final int FULL = 1000;

    /** A stage that starts from pure noise at a size. */
    public DenoiseStage fromNoise(ImageSize size) {
        return denoise(0, size, FULL, null, NoiseReschedule.NONE);
    }

    /** A stage that starts from a pivot, enlarged to a size. */
    public DenoiseStage fromPivot(int index, ImageSize size) {
        return denoise(index, size, startTimestep, upsample, reschedule);
    }

    /** The stage that ends a cascade. */
    public static DecodeStage decode(int index, ImageSize size) {
        return new DecodeStage(index, size.width(), size.height(), Dtype.F32, Tiling.AUTO);
    }

    private DenoiseStage denoise(
            int index, ImageSize size, int start, @Nullable Upsample from, NoiseReschedule noiseReschedule) {
        return new DenoiseStage(index, size.width(), size.height(), steps, start, SchedulerType.DDIM, 0,
                spacing, guidance, from, noiseReschedule, Rng.PHILOX, Dtype.F32);
    }
}
