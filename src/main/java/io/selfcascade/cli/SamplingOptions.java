package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.evaluation.SamplingSettings;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands that sample have in common. */
final class SamplingOptions {

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "20", converter = Arguments.PositiveNumber.class,
            description = "Steps of the full grid, up to 1000 (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--spacing", defaultValue = "TRAILING", description = "How the steps are spread: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TimestepSpacing spacing = TimestepSpacing.TRAILING;

    @Option(names = "--guidance", paramLabel = "SCALE", defaultValue = "4",
            description = "Guidance scale, 0 to 100 (default: ${DEFAULT-VALUE}).")
    private double guidance;

    @Option(names = "--start", paramLabel = "K", defaultValue = "700", converter = Arguments.PositiveNumber.class,
            description = "K, the timestep at which later stages begin, up to 1000 (default: ${DEFAULT-VALUE}).")
    private int start;

    @Option(names = "--upsample", paramLabel = "SPACE", defaultValue = "LATENT",
            description = "Where a pivot is enlarged: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private UpsampleSpace space = UpsampleSpace.LATENT;

    @Option(names = "--kernel", defaultValue = "BILINEAR", description = "Interpolation that enlarges a pivot: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private UpsampleKernel kernel = UpsampleKernel.BILINEAR;

    @Option(names = "--reschedule", defaultValue = "NONE", description = "Noise shift of later stages: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private NoiseReschedule reschedule = NoiseReschedule.NONE;

    /** @return owned by the caller */
    CascadeEngine load() {
        return model.load();
    }

    SamplingSettings settings() {
        return new SamplingSettings(steps, spacing, guidance, start, new Upsample(space, kernel), reschedule);
    }
}
