package io.selfcascade.diffusion.training;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Gradients;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Loss;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.TokenIds;
import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.training.LatentPool.LatentShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Trains a UNet and its text encoder together on encoded scenes, to predict the velocity √ᾱ n − √(1−ᾱ) x₀.
 *
 * @see <a href="https://arxiv.org/abs/2202.00512">Salimans and Ho 2022, the velocity parametrisation</a>
 */
final class DenoiserTask implements TrainingTask {

    private static final double LONGEST_DECAY = 0.998;

    private final TensorScope owner;
    private final Data data;
    private final Trainee unet;
    private final Trainee text;
    private final Executable<Tensors, Tensors> loss;
    private final BiConsumer<Path, Long> gallery;

    /** Predicts a velocity from a noised latent, timesteps and token ids; a part of a graph. */
    interface Velocity {

        FeatureMap of(FeatureMap noised, Scalar timestep, TokenIds ids);
    }

    /**
     * What the steps draw from.
     *
     * @param one encoded scenes with one object
     * @param more encoded scenes with two or three
     * @param empty token ids of the empty caption
     * @param steps of the whole training, for the curriculum
     */
    record Data(
            LatentPool one, LatentPool more, long[] empty, NoiseSchedule schedule, int batch, long seed, long steps) {

        DenoisingBatch draw(long step) {
            return DenoisingBatch.draw(one, more, empty, schedule, batch, seed, step, (double) step / steps);
        }
    }

    /**
     * @param velocity the network, built on the layouts of both trainees
     * @param gallery writes pictures made with the averaged weights into a folder, for a step
     */
    DenoiserTask(TensorScope owner, Data data, Trainee unet, Trainee text, Velocity velocity,
            BiConsumer<Path, Long> gallery) {
        this.owner = owner;
        this.data = data;
        this.unet = unet;
        this.text = text;
        this.loss = Executable.load(owner, lossGraph(data.one().shape().channels(), velocity));
        this.gallery = gallery;
    }

    @Override
    public String recipe() {
        return "denoiser batch=" + data.batch() + " seed=" + data.seed() + " steps=" + data.steps() + " pool="
                + data.one().size() + "+" + data.more().size();
    }

    @Override
    public List<Trainee> trainees() {
        return List.of(unet, text);
    }

    @Override
    public double step(long step, double learningRate) {
        try (TensorScope scope = TensorScope.open(owner)) {
            Tensors batch = tensors(scope, data.draw(step));
            NDArray value = loss.run(scope, unet.weights().with(text.weights()), batch, Mode.TRAIN).only();
            double number = value.getFloat();
            Gradients.backward(value);
            // A young average follows closely, else it would remember the beginning for hundreds of steps.
            double decay = Math.min(LONGEST_DECAY, (step + 1.0) / (step + 10.0));
            unet.step(scope, learningRate, decay);
            text.step(scope, learningRate, decay);
            return number;
        }
    }

    @Override
    public void show(Path folder, long step) {
        gallery.accept(folder, step);
    }

    private Tensors tensors(TensorScope scope, DenoisingBatch batch) {
        LatentShape shape = data.one().shape();
        int n = batch.size();
        return new Tensors(Map.of(
                "latent", scope.floats(batch.latents(), n, shape.channels(), shape.side(), shape.side()),
                "noise", scope.floats(batch.noise(), n, shape.channels(), shape.side(), shape.side()),
                "weight", scope.floats(batch.weights(), n, 1, shape.side(), shape.side()),
                "timestep", scope.floats(batch.timesteps(), n),
                "signal", scope.floats(batch.signal(), n),
                "spread", scope.floats(batch.spread(), n),
                "ids", scope.longs(batch.ids(), n, shape.tokens())));
    }

    private static Graph lossGraph(int channels, Velocity velocity) {
        FeatureMap latent = FeatureMap.input("latent", channels);
        FeatureMap noise = FeatureMap.input("noise", channels);
        FeatureMap weight = FeatureMap.input("weight", 1);
        Scalar timestep = Scalar.input("timestep");
        Scalar signal = Scalar.input("signal");
        Scalar spread = Scalar.input("spread");
        TokenIds ids = TokenIds.input("ids");
        FeatureMap noised = latent.timesPerItem(signal).plus(noise.timesPerItem(spread));
        FeatureMap target = noise.timesPerItem(signal).minus(latent.timesPerItem(spread));
        Loss loss = velocity.of(noised, timestep, ids).minus(target).square().times(weight).mean();
        return Graph.of(List.of(latent, noise, weight, timestep, signal, spread, ids), "loss", loss);
    }
}
