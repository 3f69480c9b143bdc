package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.checkpoint.BundledModel;
import io.selfcascade.spec.Device;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a command runs, and on how much of the processor. */
final class ModelOptions {

    @Option(names = "--model", paramLabel = "FOLDER", converter = Arguments.ExistingFolder.class,
            description = "Model folder (default: the bundled model, unpacked to var/models).")
    private @Nullable Path model;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", converter = Arguments.PositiveNumber.class,
            description = "Threads of a native call (default: ${DEFAULT-VALUE}).")
    private int threads;

    /** @return owned by the caller */
    CascadeEngine load() {
        Path folder = model != null ? model : BundledModel.unpack("models/scenes", Path.of("var", "models"));
        return CascadeEngine.load(folder, Device.CPU, threads);
    }
}
