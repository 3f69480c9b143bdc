package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.model.vae.AutoencoderKl;
import io.selfcascade.diffusion.model.vae.AutoencoderKlConfig;
import io.selfcascade.diffusion.scenes.ContactSheet;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneRenderer;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;

/** The first half of a training: the autoencoder, and the scale of its latents. */
final class AutoencoderTraining {

    private static final double PEAK_RATE = 2e-3;
    /** A model that has been trained is only adapted: a higher rate would first undo what it knows. */
    private static final double ADAPTING_RATE = 7e-4;
    private static final int WARM_UP = 100;
    private static final int MEASURED_SCENES = 128;

    private final TensorScope owner;
    private final ModelFolder folder;
    private final ScenesTraining.Settings settings;
    private final Trainee trainee;
    private final SceneCodec codec;
    private final AutoencoderTask task;

    AutoencoderTraining(TensorScope owner, ModelFolder folder, ScenesTraining.Settings settings) {
        this.owner = owner;
        this.folder = folder;
        this.settings = settings;
        DiffusersFolder model = folder.open();
        AutoencoderKl vae = new AutoencoderKl(
                Params.root(DiffusersFolder.VAE), AutoencoderKlConfig.of(model.config(DiffusersFolder.VAE)));
        Function<ParameterSpec, float[]> fresh = new FreshWeights(ScenesTraining.SEED)::vae;
        this.trainee = new Trainee(owner, DiffusersFolder.VAE, vae.layout(), settings.init()
                .map(init -> new WarmStart(DiffusersFolder.open(init), model).component(DiffusersFolder.VAE, fresh))
                .orElse(fresh));
        this.codec = new SceneCodec(owner, vae, trainee.average());
        SceneSampler sampler = new SceneSampler(Split.TRAIN, ScenesTraining.SEED);
        this.task = new AutoencoderTask(owner, sampler, ScenesTraining.SEED, trainee,
                new AutoencoderTask.Network(vae::moments, vae::decode), this::show);
    }

    /** Returns whether all steps are done; the weights are then in the model folder. */
    boolean run(StopSignal stop, Consumer<String> console) {
        double peak = settings.init().isPresent() ? ADAPTING_RATE : PEAK_RATE;
        CosineRate rate = new CosineRate(peak, WARM_UP, Math.max(1, settings.vaeSteps()), 0.03);
        Path state = folder.training(DiffusersFolder.VAE);
        long done = new TrainingLoop(task, rate, state, line -> console.accept("autoencoder  " + line))
                .run(owner, settings.vaeSteps(), stop);
        if (done < settings.vaeSteps()) {
            return false;
        }
        folder.writeScalingFactor(1 / deviation());
        folder.writeWeights(trainee);
        return true;
    }

    /** The standard deviation of raw latents. */
    private double deviation() {
        double sum = 0;
        double squares = 0;
        float[] latents = codec.encode(heldOut(MEASURED_SCENES));
        for (float value : latents) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / latents.length;
        return Math.sqrt(squares / latents.length - mean * mean);
    }

    private void show(Path target, long step) {
        List<Picture> pairs = new ArrayList<>();
        for (Scene scene : heldOut(settings.previews())) {
            pairs.add(SceneRenderer.render(scene, SceneCodec.NATIVE));
            pairs.addAll(codec.decode(codec.encode(List.of(scene)), 1));
        }
        ContactSheet.write(target.resolve("pairs-" + step + ".png"), pairs, 8);
    }

    private static List<Scene> heldOut(int count) {
        SceneSampler sampler = new SceneSampler(Split.HELD_OUT, ScenesTraining.SEED);
        return LongStream.range(0, count).mapToObj(n -> sampler.scene(SceneMix.WORLD, n)).toList();
    }
}
