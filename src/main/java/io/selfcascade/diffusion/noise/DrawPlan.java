package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.CascadePlan;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * All draws of an item's cascade, in the order diffusers makes them from one generator: the initial latent, then every
 * stochastic step, then the noise of the next stage's pivot, and so on. A stage restarted alone replays the stream up
 * to its first draw and gets the same values.
 *
 * @param draws in stream order; stage and step say whose, the seed is the item's
 */
public record DrawPlan(List<Draw> draws) {

    public static final DrawPlan EMPTY = new DrawPlan(List.of());

    /**
     * One draw of the stream.
     *
     * @param count number of values
     */
    public record Draw(int stage, int step, Purpose purpose, int count) {

        static Draw of(NoiseKey key) {
            return new Draw(key.stage(), key.step(), key.purpose(), key.count());
        }
    }

    public DrawPlan {
        draws = List.copyOf(draws);
    }

    /** The draws of a whole cascade. */
    public static DrawPlan of(CascadePlan plan, SchedulerConfig config, int latentChannels, int vaeScaleFactor) {
        DrawPlan drawn = EMPTY;
        for (StageSpec stage : plan.stages()) {
            if (stage instanceof DenoiseStage denoise) {
                drawn = drawn.then(denoise, config, latentChannels, vaeScaleFactor);
            }
        }
        return drawn;
    }

    /** The plan with the draws of one more stage appended. */
    public DrawPlan then(DenoiseStage stage, SchedulerConfig config, int latentChannels, int vaeScaleFactor) {
        int count = latentChannels * (stage.height() / vaeScaleFactor) * (stage.width() / vaeScaleFactor);
        TimestepGrid walk = walk(stage, config);
        List<Draw> longer = new ArrayList<>(draws);
        if (!walk.isEmpty()) {
            longer.add(new Draw(stage.index(), 0, stage.upsample() == null ? Purpose.INITIAL : Purpose.PIVOT, count));
        }
        if (stage.eta() > 0) {
            for (int step = 0; step < walk.size(); step++) {
                longer.add(new Draw(stage.index(), step, Purpose.STEP, count));
            }
        }
        return new DrawPlan(longer);
    }

    /**
     * The timesteps a stage walks: the whole grid from pure noise, its tail from K when the stage starts from a pivot.
     *
     * @throws CascadeException INVALID_STAGE if the grid leaves the training timesteps
     */
    public static TimestepGrid walk(DenoiseStage stage, SchedulerConfig config) {
        TimestepGrid grid =
                TimestepGrid.of(stage.spacing(), config.trainTimesteps(), stage.steps(), config.stepsOffset());
        return stage.upsample() == null ? grid : grid.tailFrom(stage.startTimestep());
    }

    int indexOf(NoiseKey key) {
        int index = draws.indexOf(Draw.of(key));
        if (index < 0) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot replay " + key.purpose() + " of stage " + key.stage()
                    + " step " + key.step() + ": " + key.count() + " values are not in the draw plan");
        }
        return index;
    }
}
