package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.intake.StageKnobs;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.plan.PlanSettings;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.util.List;

/** The stages of a preset, planned by the platform's own planner, so that they are what a worker would be sent. */
final class PresetStages {

    private final WorkloadPlanner planner = new WorkloadPlanner(PlanSettings.DEFAULT);
    private final Preset preset;
    private final ModelRegistration model;

    PresetStages(Preset preset, CascadeEngine engine) {
        this.preset = preset;
        this.model = new ModelRegistration(
                new ModelRef("cli", engine.sha256()), "", engine.nativeSize(), engine.vaeScaleFactor(), "");
    }

    /**
     * From noise near the native size to the target, stage by stage, and the decode.
     *
     * @throws io.selfcascade.spec.CascadeException INVALID_SIZE if the target is no multiple of the VAE factor
     */
    List<StageSpec> cascade(ImageSize target) {
        return plan(CascadeRequest.of(preset, target));
    }

    /** From noise at this very size, and the decode: stage 0 of the preset without a cascade. */
    List<StageSpec> single(ImageSize size) {
        StageKnobs own = new StageKnobs(
                size.width(), size.height(), null, null, null, null, null, null, null, null, null, null, null, null);
        CascadeRequest plain = CascadeRequest.of(preset, size);
        return plan(new CascadeRequest(preset, size, plain.rng(), plain.dtype(), StageKnobs.NONE, List.of(own)));
    }

    private List<StageSpec> plan(CascadeRequest request) {
        return planner.plan(request, Determinism.STRICT, model).fromPrompt().stream().map(PlannedStage::spec).toList();
    }
}
