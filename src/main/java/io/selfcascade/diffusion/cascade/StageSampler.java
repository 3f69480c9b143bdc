package io.selfcascade.diffusion.cascade;

import io.selfcascade.diffusion.noise.DdimScheduler;
import io.selfcascade.diffusion.noise.DrawPlan;
import io.selfcascade.diffusion.noise.NoiseKey;
import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.noise.NoiseSource;
import io.selfcascade.diffusion.noise.Purpose;
import io.selfcascade.diffusion.noise.SchedulerConfig;
import io.selfcascade.diffusion.noise.SchedulerStep;
import io.selfcascade.diffusion.noise.TimestepGrid;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the denoise stage of a cascade for a batch of items: the same frozen network at every scale, from pure noise at
 * the base, from the noised pivot of the previous stage above it. Samples stay in Java between native calls, so noise,
 * guidance and scheduler steps are the same numbers on every device.
 *
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, algorithm 2</a>
 */
public final class StageSampler {

    private final SchedulerConfig config;
    private final ImageSize nativeSize;
    private final int latentChannels;
    private final int vaeScaleFactor;

    /** @param nativeSize what the base model was trained at; the area shift is relative to it */
    public StageSampler(SchedulerConfig config, ImageSize nativeSize, int latentChannels, int vaeScaleFactor) {
        this.config = config;
        this.nativeSize = nativeSize;
        this.latentChannels = latentChannels;
        this.vaeScaleFactor = vaeScaleFactor;
    }

    /**
     * One item ready to walk.
     *
     * @param seed names its noise
     * @param lifted φ(z_0), of the stage's size; null where the stage starts from pure noise
     * @param conditional text of its prompt
     * @param unconditional text of its negative prompt
     */
    public record Start(
            long seed, NoiseSource noise, @Nullable Pivot lifted, float[] conditional, float[] unconditional) {}

    /** Size of the latents of a stage. */
    public LatentShape shape(DenoiseStage stage) {
        if (stage.width() % vaeScaleFactor != 0 || stage.height() % vaeScaleFactor != 0) {
            throw new CascadeException(ErrorCode.INVALID_SIZE, "Invalid size of stage " + stage.index() + ": "
                    + stage.size() + " (expected multiples of " + vaeScaleFactor + ")");
        }
        return new LatentShape(latentChannels, stage.height() / vaeScaleFactor, stage.width() / vaeScaleFactor);
    }

    /**
     * Walks all items together, one call of the network per step.
     *
     * @param observer told before every step; what it throws ends the walk
     * @return clean latents, scaled, in the items' order
     * @throws CascadeException NON_FINITE if any item's numbers overflowed; INVALID_STAGE if the stage cannot be walked
     */
    public List<Pivot> sample(DenoiseStage stage, List<Start> items, Denoiser denoiser, CascadeObserver observer) {
        LatentShape shape = shape(stage);
        NoiseSchedule schedule = schedule(stage);
        TimestepGrid walk = DrawPlan.walk(stage, config);
        List<SchedulerStep> steps = new DdimScheduler(config, schedule, stage.eta()).walk(walk);
        Guidance guidance = new Guidance(stage.guidance());
        List<float[]> samples = start(stage, items, shape, new PivotReplacement(schedule, walk));
        for (int i = 0; i < steps.size(); i++) {
            observer.beforeStep(i, steps.size());
            List<float[]> outputs = predict(items, samples, shape, steps.get(i).timestep(), guidance, denoiser);
            samples = advance(stage, items, samples, outputs, steps.get(i), i, shape);
        }
        List<Pivot> pivots = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Finite.require(samples.get(i), stage, items.get(i).seed());
            pivots.add(Pivot.of(shape, samples.get(i)));
        }
        return pivots;
    }

    private NoiseSchedule schedule(DenoiseStage stage) {
        NoiseSchedule trained = config.schedule();
        return stage.noiseReschedule() == NoiseReschedule.AREA
                ? trained.rescheduledForArea((double) stage.size().pixels() / nativeSize.pixels())
                : trained;
    }

    private List<float[]> start(
            DenoiseStage stage, List<Start> items, LatentShape shape, PivotReplacement replacement) {
        List<float[]> samples = new ArrayList<>();
        for (Start item : items) {
            if (stage.upsample() == null) {
                samples.add(item.noise().draw(key(item, stage, 0, Purpose.INITIAL, shape)));
            } else {
                samples.add(replacement.start(lifted(item, stage, shape), item.seed(), stage.index(), item.noise()));
            }
        }
        return samples;
    }

    private static Pivot lifted(Start item, DenoiseStage stage, LatentShape shape) {
        Pivot lifted = item.lifted();
        if (lifted == null || !lifted.shape().equals(shape)) {
            throw new CascadeException(ErrorCode.INVALID_STAGE, "Cannot start stage " + stage.index()
                    + ": no pivot of " + shape + " (a stage that upsamples needs the previous stage's)");
        }
        return lifted;
    }

    /** Without and with the prompt in one batch, all items side by side. */
    private static List<float[]> predict(List<Start> items, List<float[]> samples, LatentShape shape, int timestep,
            Guidance guidance, Denoiser denoiser) {
        List<float[]> conditional = items.stream().map(Start::conditional).toList();
        if (!guidance.isActive()) {
            return denoiser.predict(samples, shape, timestep, conditional);
        }
        List<float[]> pairs = new ArrayList<>(samples);
        pairs.addAll(samples);
        List<float[]> contexts = new ArrayList<>(items.stream().map(Start::unconditional).toList());
        contexts.addAll(conditional);
        List<float[]> outputs = denoiser.predict(pairs, shape, timestep, contexts);
        List<float[]> guided = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            guided.add(guidance.combine(outputs.get(i), outputs.get(items.size() + i)));
        }
        return guided;
    }

    private static List<float[]> advance(DenoiseStage stage, List<Start> items, List<float[]> samples,
            List<float[]> outputs, SchedulerStep step, int index, LatentShape shape) {
        List<float[]> next = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            // Drawn whenever eta asks for it, also where σ is 0: a stream of noise must not depend on rounding.
            float[] noise = stage.eta() > 0
                    ? items.get(i).noise().draw(key(items.get(i), stage, index, Purpose.STEP, shape)) : null;
            next.add(step.apply(samples.get(i), outputs.get(i), noise));
        }
        return next;
    }

    private static NoiseKey key(Start item, DenoiseStage stage, int step, Purpose purpose, LatentShape shape) {
        return new NoiseKey(
                item.seed(), stage.index(), step, purpose, shape.channels(), shape.height(), shape.width());
    }
}
