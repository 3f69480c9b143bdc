package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes the bundled model: trains the autoencoder on drawn scenes, encodes scenes with it, trains the UNet and the text
 * encoder on those. What is done is kept, so a stopped training goes on where it was.
 */
public final class ScenesTraining {

    static final long SEED = 20240210;

    private final Settings settings;
    private final Consumer<String> console;

    /**
     * What to train and where.
     *
     * @param out model folder; its folder {@code training} holds states, curves and encoded scenes
     * @param init a model whose weights to begin with; empty for fresh weights
     * @param vaeSteps of the autoencoder; 0 keeps the weights it begins with
     * @param steps of the denoiser
     * @param batch scenes per denoiser step
     * @param scenes to encode for each of the two pools
     * @param previews pictures on the sheet that is written whenever the state is saved
     * @param threads of a native call
     * @param resume whether to go on with a training found in {@code out}
     */
    public record Settings(
            Path out,
            Optional<Path> init,
            long vaeSteps,
            long steps,
            int batch,
            int scenes,
            int previews,
            int threads,
            boolean resume) {

        public Settings {
            if (vaeSteps < 0 || steps < 1 || batch < 1 || scenes < 1 || previews < 1) {
                throw new CascadeException(ErrorCode.INVALID_REQUEST, "Invalid training: " + vaeSteps + " and " + steps
                        + " steps, batch " + batch + ", " + scenes + " scenes (expected at least 1 each, vae steps 0)");
            }
        }
    }

    /** @param console receives progress lines */
    public ScenesTraining(Settings settings, Consumer<String> console) {
        this.settings = settings;
        this.console = console;
    }

    /**
     * Trains until done or stopped, on the calling thread.
     *
     * @return whether everything is trained
     * @throws CascadeException CONFLICT if the folder holds a training that is not to be resumed, or one of other
     *     settings
     */
    public boolean run(StopSignal stop) {
        if (!settings.resume() && Files.exists(settings.out().resolve("training"))) {
            throw new CascadeException(ErrorCode.CONFLICT, "Cannot begin training: " + settings.out()
                    + " holds one already (resume it or choose another folder)");
        }
        TorchRuntime.prepareThread(settings.threads());
        ModelFolder folder = ModelFolder.prepare(settings.out());
        if (!folder.hasWeights(DiffusersFolder.VAE)) {
            try (TensorScope owner = TensorScope.open(Device.CPU)) {
                if (!new AutoencoderTraining(owner, folder, settings).run(stop, console)) {
                    return false;
                }
            }
        }
        try (TensorScope owner = TensorScope.open(Device.CPU)) {
            return new DenoiserTraining(owner, folder, settings).run(stop, console);
        }
    }
}
