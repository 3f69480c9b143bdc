package io.selfcascade.platform.plan;

import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.StageKnobs;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Upsample;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From the cascade a user asks for to the stages a worker runs. Pure: the same request has the same plan everywhere. */
public final class WorkloadPlanner {

    private final PlanSettings settings;

    public WorkloadPlanner(PlanSettings settings) {
        this.settings = settings;
    }

    /** Plans a workload that takes every item to its full size. See {@link #plan(CascadeRequest, Integer, Determinism, ModelRegistration)}. */
    public WorkloadPlan plan(CascadeRequest request, Determinism determinism, ModelRegistration model) {
        return plan(request, null, determinism, model);
    }

    /**
     * Plans both ways an item can start. An item from a picture takes the place of stage 0 by an encode stage of the same
     * size, so that later stages have the same index, settings and noise in both variants; where stage 0 is the only one,
     * the picture is noised and denoised once at that size.
     *
     * <p>The decode of a draft has a number behind those of all other stages: they are the same stages, with the same noise,
     * whether the workload stops on its way or not.
     *
     * @param stopAfter the stage whose pivots become drafts; null if every item goes to its full size at once
     * @throws InvalidRequestException INVALID_SIZE, with the pointer of the size that cannot be; INVALID_STAGE if nothing is left
     *     to do after {@code stopAfter}; INVALID_REQUEST if there is no such pool
     */
    public WorkloadPlan plan(
            CascadeRequest request, @Nullable Integer stopAfter, Determinism determinism, ModelRegistration model) {
        List<ImageSize> sizes = StageSizes.of(request, model);
        StagePools.check(request, settings);
        List<PlannedStage> fromPrompt = new ArrayList<>();
        List<PlannedStage> fromImage = new ArrayList<>();
        StagePricing pricing = new StagePricing(settings, model.ref(), determinism);
        ImageSize base = sizes.get(0);
        fromPrompt.add(pricing.plan(denoise(request, 0, 0, base), knobs(request, 0).microBatch(), knobs(request, 0).pool()));
        fromImage.add(pricing.plan(new EncodeStage(0, base.width(), base.height(), request.dtype()), null, knobs(request, 0).pool()));
        if (sizes.size() == 1) {
            fromImage.add(pricing.plan(denoise(request, 1, 1, base), knobs(request, 1).microBatch(), knobs(request, 1).pool()));
        }
        for (int rung = 1; rung < sizes.size(); rung++) {
            PlannedStage stage = pricing.plan(denoise(request, rung, rung, sizes.get(rung)), knobs(request, rung).microBatch(),
                    knobs(request, rung).pool());
            fromPrompt.add(stage);
            fromImage.add(stage);
        }
        int last = sizes.size() - 1;
        fromPrompt.add(pricing.plan(decode(request, fromPrompt.size(), last, sizes), null, knobs(request, last).pool()));
        fromImage.add(pricing.plan(decode(request, fromImage.size(), last, sizes), null, knobs(request, last).pool()));
        if (stopAfter == null) {
            return new WorkloadPlan(model.ref(), fromPrompt, fromImage);
        }
        requireRest(stopAfter, sizes);
        PlannedStage draft = pricing.plan(decode(request, fromPrompt.size(), stopAfter, sizes), null, knobs(request, stopAfter).pool());
        return new WorkloadPlan(
                model.ref(), fromPrompt, fromImage, upTo(stopAfter, fromPrompt, draft), upTo(stopAfter, fromImage, draft));
    }

    private static void requireRest(int stopAfter, List<ImageSize> sizes) {
        int last = sizes.size() - 2;
        if (stopAfter > last) {
            String remedy = last < 0 ? "it has one stage: leave stop_after out" : "expected 0" + (last > 0 ? " to " + last : "");
            throw InvalidRequestException.of(ErrorCode.INVALID_STAGE, "/stop_after", Violation.Kind.OUT_OF_RANGE,
                    "Nothing is left to do after stage " + stopAfter + " of this cascade, whose sizes are " + sizes
                            + " (" + remedy + ")");
        }
    }

    private static List<PlannedStage> upTo(int stopAfter, List<PlannedStage> stages, PlannedStage draft) {
        return Stream.concat(stages.stream().limit(stopAfter + 1L), Stream.of(draft)).toList();
    }

    private static StageSpec denoise(CascadeRequest request, int index, int rung, ImageSize size) {
        StageKnobs knobs = knobs(request, rung);
        return new DenoiseStage(
                index,
                size.width(),
                size.height(),
                said(knobs.steps()),
                rung == 0 ? said(PresetKnobs.of(request.preset(), 0).startTimestep()) : said(knobs.startTimestep()),
                said(knobs.scheduler()),
                said(knobs.eta()),
                said(knobs.spacing()),
                said(knobs.guidance()),
                rung == 0 ? null : new Upsample(said(knobs.upsampleSpace()), said(knobs.upsampleKernel())),
                said(knobs.noiseReschedule()),
                request.rng(),
                request.dtype());
    }

    private static StageSpec decode(CascadeRequest request, int index, int rung, List<ImageSize> sizes) {
        ImageSize size = sizes.get(rung);
        return new DecodeStage(index, size.width(), size.height(), request.dtype(), said(knobs(request, rung).tiling()));
    }

    /** The stage's own deviations, else those for all stages, else the preset. */
    private static StageKnobs knobs(CascadeRequest request, int rung) {
        StageKnobs own = rung < request.stages().size() ? request.stages().get(rung) : StageKnobs.NONE;
        return own.or(request.every()).or(PresetKnobs.of(request.preset(), rung));
    }

    private static <T> T said(@Nullable T knob) {
        return Objects.requireNonNull(knob, "a preset says everything");
    }
}
