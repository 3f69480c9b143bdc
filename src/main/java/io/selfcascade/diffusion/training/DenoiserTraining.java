package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.TokenIds;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.clip.ClipTextConfig;
import io.selfcascade.diffusion.model.clip.ClipTextEncoder;
import io.selfcascade.diffusion.model.clip.ClipTokenizer;
import io.selfcascade.diffusion.model.unet.UNet2DConditionConfig;
import io.selfcascade.diffusion.model.unet.UNet2DConditionModel;
import io.selfcascade.diffusion.model.unet.UNetValues;
import io.selfcascade.diffusion.model.vae.AutoencoderKl;
import io.selfcascade.diffusion.model.vae.AutoencoderKlConfig;
import io.selfcascade.diffusion.noise.SchedulerConfig;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.training.LatentPool.LatentShape;
import io.selfcascade.spec.Dtype;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The second half of a training: scenes encoded by the trained autoencoder, then the UNet with its text encoder. */
final class DenoiserTraining {

    private static final double PEAK_RATE = 1e-3;
    private static final int WARM_UP = 100;
    private static final SceneMix ONE = SceneMix.ONE_OBJECT;
    private static final SceneMix MORE = new SceneMix(0, 0.6, 0.4, 0);

    private final ModelFolder folder;
    private final ScenesTraining.Settings settings;
    private final TensorScope owner;
    private final SceneCodec codec;
    private final UNet2DConditionModel unet;
    private final ClipTextEncoder text;
    private final ClipTokenizer tokenizer;
    private final SchedulerConfig scheduler;

    DenoiserTraining(TensorScope owner, ModelFolder folder, ScenesTraining.Settings settings) {
        this.owner = owner;
        this.folder = folder;
        this.settings = settings;
        DiffusersFolder model = folder.open();
        AutoencoderKl vae = new AutoencoderKl(
                Params.root(DiffusersFolder.VAE), AutoencoderKlConfig.of(model.config(DiffusersFolder.VAE)));
        this.codec = new SceneCodec(owner, vae, vaeWeights(model, vae));
        this.unet = new UNet2DConditionModel(
                Params.root(DiffusersFolder.UNET), UNet2DConditionConfig.of(model.config(DiffusersFolder.UNET)));
        this.text = new ClipTextEncoder(Params.root(DiffusersFolder.TEXT_ENCODER),
                ClipTextConfig.of(model.config(DiffusersFolder.TEXT_ENCODER)));
        this.tokenizer = ClipTokenizer.load(model, text.config().positions());
        this.scheduler = SchedulerConfig.of(model.config(DiffusersFolder.SCHEDULER));
    }

    /** Returns whether all steps are done. The model folder gets the average whenever the state is saved. */
    boolean run(StopSignal stop, Consumer<String> console) {
        Path state = folder.training(DiffusersFolder.UNET);
        LatentPool one = pool("one-object", ONE, console);
        LatentPool more = pool("more-objects", MORE, console);
        FreshWeights fresh = new FreshWeights(ScenesTraining.SEED);
        Trainee unetTrainee = new Trainee(
                owner, DiffusersFolder.UNET, unet.layout(), beginning(DiffusersFolder.UNET, fresh::unet));
        Trainee textTrainee = new Trainee(owner, DiffusersFolder.TEXT_ENCODER, text.layout(),
                beginning(DiffusersFolder.TEXT_ENCODER, fresh::textEncoder));
        DenoiserTask.Data data = new DenoiserTask.Data(one, more, tokenizer.encode(""), scheduler.schedule(),
                settings.batch(), ScenesTraining.SEED, settings.steps());
        SampleGallery gallery = new SampleGallery(owner, settings.previews(), this::velocity, codec, tokenizer,
                scheduler, () -> unetTrainee.average().with(textTrainee.average()));
        DenoiserTask task = new DenoiserTask(owner, data, unetTrainee, textTrainee, this::velocity, (target, step) -> {
            folder.writeWeights(unetTrainee);
            folder.writeWeights(textTrainee);
            gallery.write(target.resolve("samples-" + step + ".png"));
        });
        CosineRate rate = new CosineRate(PEAK_RATE, WARM_UP, settings.steps(), 0.03);
        long done = new TrainingLoop(task, rate, state, line -> console.accept("denoiser  " + line))
                .run(owner, settings.steps(), stop);
        return done >= settings.steps();
    }

    private FeatureMap velocity(FeatureMap noised, Scalar timestep, TokenIds ids) {
        return unet.apply(new UNetValues(noised, timestep, text.lastHiddenState(ids), null, null), Variant.NONE);
    }

    private LatentPool pool(String name, SceneMix mix, Consumer<String> console) {
        Path file = folder.training("latents").resolve(name + ".bin");
        SceneSampler sampler = new SceneSampler(Split.TRAIN, ScenesTraining.SEED + name.hashCode());
        LatentShape shape = new LatentShape(codec.latentChannels(), codec.latentSide(), tokenizer.length());
        console.accept("encoding scenes  " + name);
        LatentPool.prepare(
                file, shape, settings.scenes(), n -> sampler.scene(mix, n), codec::encodeScaled, tokenizer::encode);
        return LatentPool.read(file, shape);
    }

    private Function<ParameterSpec, float[]> beginning(String component, Function<ParameterSpec, float[]> fresh) {
        return settings.init()
                .map(init -> new WarmStart(DiffusersFolder.open(init), folder.open()).component(component, fresh))
                .orElse(fresh);
    }

    private WeightSet vaeWeights(DiffusersFolder model, AutoencoderKl vae) {
        try (CheckpointWeights weights = model.weights(DiffusersFolder.VAE)) {
            return WeightSet.prepare(owner, vae.layout(), parameter -> weights.raw(parameter.key()), Dtype.F32);
        }
    }
}
