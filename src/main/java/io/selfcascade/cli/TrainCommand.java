package io.selfcascade.cli;

import io.selfcascade.diffusion.training.ScenesTraining;
import io.selfcascade.diffusion.training.StopSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code train scenes}: makes the bundled model, from drawn scenes to a diffusers folder. */
@Command(name = "train", mixinStandardHelpOptions = true, requiredOptionMarker = '*',
        description = "Trains a model on drawn scenes; Ctrl-C saves, --resume goes on.")
final class TrainCommand implements Callable<Integer> {

    /** What can be trained. */
    enum Subject {
        scenes
    }

    @Parameters(index = "0", paramLabel = "SUBJECT", description = "What to train: ${COMPLETION-CANDIDATES}.")
    private Subject subject = Subject.scenes;

    @Option(names = "--out", paramLabel = "FOLDER", required = true,
            description = "Folder of the model and of the training's state.")
    private Path out = Path.of("");

    @Option(names = "--init", paramLabel = "FOLDER", converter = Arguments.ExistingFolder.class,
            description = "Model folder whose weights to begin with (default: fresh weights).")
    private @Nullable Path init;

    @Option(names = "--vae-steps", paramLabel = "N", defaultValue = "6000",
            description = "Autoencoder steps; 0 keeps the weights it begins with (default: ${DEFAULT-VALUE}).")
    private long vaeSteps;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "30000",
            description = "Denoiser steps (default: ${DEFAULT-VALUE}).")
    private long steps;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16", converter = Arguments.PositiveNumber.class,
            description = "Scenes per denoiser step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--scenes", paramLabel = "N", defaultValue = "8000", converter = Arguments.PositiveNumber.class,
            description = "Scenes to encode, for each of two pools (default: ${DEFAULT-VALUE}).")
    private int scenes;

    @Option(names = "--previews", paramLabel = "N", defaultValue = "16", converter = Arguments.PositiveNumber.class,
            description = "Pictures on the sheet written with each save (default: ${DEFAULT-VALUE}).")
    private int previews;

    @Option(names = "--minutes", paramLabel = "N", converter = Arguments.PositiveNumber.class,
            description = "Stop after so many minutes (default: when all steps are done).")
    private @Nullable Integer minutes;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", converter = Arguments.PositiveNumber.class,
            description = "Threads of a native call (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--resume", description = "Go on with the training found in --out.")
    private boolean resume;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        ScenesTraining.Settings settings = new ScenesTraining.Settings(
                out, Optional.ofNullable(init), vaeSteps, steps, batch, scenes, previews, threads, resume);
        Duration limit = minutes == null ? Duration.ofDays(365) : Duration.ofMinutes(minutes);
        try (StopSignal stop = StopSignal.onShutdown(limit)) {
            boolean finished = new ScenesTraining(settings, Console.lines(spec)).run(stop);
            Console.print(spec, finished ? subject + " trained: " + out
                    : "stopped; go on with the same command and --resume");
            return 0;
        }
    }
}
