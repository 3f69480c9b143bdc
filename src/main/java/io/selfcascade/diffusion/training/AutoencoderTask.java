package io.selfcascade.diffusion.training;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Gradients;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Loss;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Trains an autoencoder on scenes. Beside colour and edges the loss asks that a latent averaged over 2 × 2 cells
 * decodes to the picture averaged over 2 × 2 pixels: the latent space then means the same at every scale, which is what
 * a cascade on latents relies on.
 */
final class AutoencoderTask implements TrainingTask {

    private static final double LONGEST_DECAY = 0.995;
    /** Without it the net settles on the luminance alone: scenes are mostly gray. */
    private static final double COLOUR = 2;
    private static final double EDGES = 0.5;
    private static final double DIVERGENCE = 1e-3;
    private static final double SCALE = 0.25;
    private static final double LOWEST_LOG_VARIANCE = -30;
    private static final double HIGHEST_LOG_VARIANCE = 20;

    private final TensorScope owner;
    private final SceneSampler sampler;
    private final long seed;
    private final Trainee vae;
    private final Executable<Tensors, Tensors> wholeLoss;
    private final Executable<Tensors, Tensors> cropLoss;
    private final BiConsumer<Path, Long> gallery;

    /**
     * The network as parts of a graph.
     *
     * @param encode from pictures to moments: mean and log variance, channel after channel
     * @param decode from raw latents to pictures
     */
    record Network(UnaryOperator<FeatureMap> encode, UnaryOperator<FeatureMap> decode) {}

    /** @param gallery writes reconstructions made with the averaged weights into a folder, for a step */
    AutoencoderTask(TensorScope owner, SceneSampler sampler, long seed, Trainee vae, Network network,
            BiConsumer<Path, Long> gallery) {
        this.owner = owner;
        this.sampler = sampler;
        this.seed = seed;
        this.vae = vae;
        this.wholeLoss = Executable.load(owner, lossGraph(network, true));
        this.cropLoss = Executable.load(owner, lossGraph(network, false));
        this.gallery = gallery;
    }

    @Override
    public String recipe() {
        return "autoencoder seed=" + seed;
    }

    @Override
    public List<Trainee> trainees() {
        return List.of(vae);
    }

    @Override
    public double step(long step, double learningRate) {
        PictureBatch batch = PictureBatch.draw(sampler, seed, step);
        Executable<Tensors, Tensors> loss = PictureBatch.isWhole(step) ? wholeLoss : cropLoss;
        try (TensorScope scope = TensorScope.open(owner)) {
            int cells = batch.side() / PictureBatch.FACTOR;
            Tensors in = new Tensors(Map.of(
                    "picture", scope.floats(batch.rgb(), batch.size(), 3, batch.side(), batch.side()),
                    "noise", scope.floats(batch.noise(), batch.size(), PictureBatch.LATENT_CHANNELS, cells, cells)));
            NDArray value = loss.run(scope, vae.weights(), in, Mode.TRAIN).only();
            double number = value.getFloat();
            Gradients.backward(value);
            vae.step(scope, learningRate, Math.min(LONGEST_DECAY, (step + 1.0) / (step + 10.0)));
            return number;
        }
    }

    @Override
    public void show(Path folder, long step) {
        gallery.accept(folder, step);
    }

    private static Graph lossGraph(Network network, boolean atHalfScale) {
        FeatureMap picture = FeatureMap.input("picture", 3);
        FeatureMap noise = FeatureMap.input("noise", PictureBatch.LATENT_CHANNELS);
        FeatureMap moments = network.encode().apply(picture);
        FeatureMap mean = moments.channels(0, PictureBatch.LATENT_CHANNELS);
        FeatureMap logVariance = moments.channels(PictureBatch.LATENT_CHANNELS, 2 * PictureBatch.LATENT_CHANNELS)
                .clamp(LOWEST_LOG_VARIANCE, HIGHEST_LOG_VARIANCE);
        FeatureMap latent = mean.plus(noise.times(logVariance.times(0.5).exp()));
        FeatureMap divergence = mean.square().plus(logVariance.exp()).minus(logVariance).plus(-1);
        Loss loss = difference(network.decode().apply(latent).minus(picture))
                .plus(divergence.mean().times(DIVERGENCE));
        if (atHalfScale) {
            FeatureMap half = network.decode().apply(latent.averagePool(2)).minus(picture.averagePool(2));
            loss = loss.plus(half.abs().mean().times(SCALE));
        }
        return Graph.of(List.of(picture, noise), "loss", loss);
    }

    /** Absolute and squared error, the error of colour beyond gray, and the error of both gradients. */
    private static Loss difference(FeatureMap error) {
        FeatureMap colour = error.minus(error.channelMean());
        FeatureMap across = error.pad(-1, 0, 0, 0).minus(error.pad(0, -1, 0, 0));
        FeatureMap down = error.pad(0, 0, -1, 0).minus(error.pad(0, 0, 0, -1));
        return error.abs().mean().plus(error.square().mean())
                .plus(colour.abs().mean().times(COLOUR))
                .plus(across.abs().mean().plus(down.abs().mean()).times(EDGES));
    }
}
