package io.selfcascade.cli;

import io.selfcascade.diffusion.checkpoint.BundledModel;
import io.selfcascade.diffusion.evaluation.SamplingSettings;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What commands that sample have in common. */
final class SamplingOptions {

    @Option(names = "--model", description = "Model folder (default: the bundled model, unpacked to var/models).")
    private @Nullable Path model;

    @Option(names = "--steps", defaultValue = "20", description = "Steps of the full grid (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--spacing", defaultValue = "TRAILING", description = "How they are spread: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TimestepSpacing spacing = TimestepSpacing.TRAILING;

    @Option(names = "--guidance", defaultValue = "4", description = "Guidance scale (default: ${DEFAULT-VALUE}).")
    private double guidance;

    @Option(names = "--start", defaultValue = "700",
            description = "K, the timestep at which later stages begin (default: ${DEFAULT-VALUE}).")
    private int start;

    @Option(names = "--upsample", defaultValue = "LATENT", description = "Where a pivot is enlarged: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private UpsampleSpace space = UpsampleSpace.LATENT;

    @Option(names = "--kernel", defaultValue = "BILINEAR", description = "Interpolation: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private UpsampleKernel kernel = UpsampleKernel.BILINEAR;

    @Option(names = "--reschedule", defaultValue = "NONE", description = "Noise shift of later stages: "
            + "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private NoiseReschedule reschedule = NoiseReschedule.NONE;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of a native call (default: 1).")
    private int threads;

    Path modelFolder() {
        return model != null ? model : BundledModel.unpack("models/scenes", Path.of("var", "models"));
    }

    SamplingSettings settings() {
        return new SamplingSettings(steps, spacing, guidance, start, new Upsample(space, kernel), reschedule);
    }

    int threads() {
        return threads;
    }
}
