package io.selfcascade.diffusion.cascade;

import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;

/** Stages for tests, as the paper sets them unless said otherwise. */
final class Stages {

    static final Upsample PAPER = new Upsample(UpsampleSpace.LATENT, UpsampleKernel.BILINEAR);
    static final Upsample PIXELS = new Upsample(UpsampleSpace.PIXEL, UpsampleKernel.BICUBIC);

    private Stages() {}

    static DenoiseStage base(int side, int steps) {
        return base(side, steps, 0, Rng.PHILOX);
    }

    static DenoiseStage base(int side, int steps, double eta, Rng rng) {
        return new DenoiseStage(0, side, side, steps, 1000, SchedulerType.DDIM, eta, TimestepSpacing.LEADING, 4, null,
                NoiseReschedule.NONE, rng, Dtype.F32);
    }

    static DenoiseStage lifted(int index, int side, int steps, int start) {
        return lifted(index, side, steps, start, PAPER, 0, Rng.PHILOX);
    }

    static DenoiseStage lifted(int index, int side, int steps, int start, Upsample upsample, double eta, Rng rng) {
        return new DenoiseStage(index, side, side, steps, start, SchedulerType.DDIM, eta, TimestepSpacing.LEADING, 4,
                upsample, NoiseReschedule.NONE, rng, Dtype.F32);
    }

    static DecodeStage decode(int index, int side) {
        return new DecodeStage(index, side, side, Dtype.F32, Tiling.AUTO);
    }
}
