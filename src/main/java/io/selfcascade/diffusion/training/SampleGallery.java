package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.TokenIds;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.clip.ClipTokenizer;
import io.selfcascade.diffusion.noise.DdimScheduler;
import io.selfcascade.diffusion.noise.NoiseKey;
import io.selfcascade.diffusion.noise.PhiloxNoise;
import io.selfcascade.diffusion.noise.Purpose;
import io.selfcascade.diffusion.noise.SchedulerConfig;
import io.selfcascade.diffusion.noise.SchedulerStep;
import io.selfcascade.diffusion.noise.TimestepGrid;
import io.selfcascade.diffusion.scenes.ContactSheet;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.TimestepSpacing;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Pictures of the same held-out captions from the same noise, sheet after sheet: what a person watches in training. */
final class SampleGallery {

    private static final int STEPS = 20;
    private static final double GUIDANCE = 4;

    private final TensorScope owner;
    private final Executable<Tensors, Tensors> predict;
    private final int pictures;
    private final SceneCodec codec;
    private final ClipTokenizer tokenizer;
    private final SchedulerConfig scheduler;
    private final Supplier<WeightSet> weights;

    /** @param weights of both networks; read at each writing */
    SampleGallery(TensorScope owner, int pictures, DenoiserTask.Velocity velocity, SceneCodec codec,
            ClipTokenizer tokenizer, SchedulerConfig scheduler, Supplier<WeightSet> weights) {
        this.owner = owner;
        this.pictures = pictures;
        this.codec = codec;
        this.tokenizer = tokenizer;
        this.scheduler = scheduler;
        this.weights = weights;
        FeatureMap sample = FeatureMap.input("sample", codec.latentChannels());
        Scalar timestep = Scalar.input("timestep");
        TokenIds ids = TokenIds.input("ids");
        this.predict = Executable.load(owner,
                Graph.of(List.of(sample, timestep, ids), "velocity", velocity.of(sample, timestep, ids)));
    }

    /** Samples and writes the sheet: DDIM, deterministic, with guidance. */
    void write(Path file) {
        long[] ids = ids();
        float[] x = noise();
        DdimScheduler ddim = new DdimScheduler(scheduler, scheduler.schedule(), 0);
        TimestepGrid grid = TimestepGrid.of(
                TimestepSpacing.LEADING, scheduler.trainTimesteps(), STEPS, scheduler.stepsOffset());
        for (SchedulerStep step : ddim.walk(grid)) {
            x = step.apply(x, guided(x, ids, step.timestep()), null);
        }
        ContactSheet.write(file, codec.decodeScaled(x, pictures), 8);
    }

    /** Ids of empty captions, then of the captions. */
    private long[] ids() {
        SceneSampler sampler = new SceneSampler(Split.HELD_OUT, ScenesTraining.SEED);
        int tokens = tokenizer.length();
        long[] ids = new long[2 * pictures * tokens];
        for (int i = 0; i < pictures; i++) {
            System.arraycopy(tokenizer.encode(""), 0, ids, i * tokens, tokens);
            long[] caption = tokenizer.encode(sampler.scene(SceneMix.WORLD, i).caption());
            System.arraycopy(caption, 0, ids, (pictures + i) * tokens, tokens);
        }
        return ids;
    }

    private float[] noise() {
        int length = codec.latentChannels() * codec.latentSide() * codec.latentSide();
        float[] noise = new float[pictures * length];
        for (int i = 0; i < pictures; i++) {
            NoiseKey key = new NoiseKey(
                    i, 0, 0, Purpose.INITIAL, codec.latentChannels(), codec.latentSide(), codec.latentSide());
            System.arraycopy(new PhiloxNoise().draw(key), 0, noise, i * length, length);
        }
        return noise;
    }

    private float[] guided(float[] x, long[] ids, int timestep) {
        float[] twice = Arrays.copyOf(x, 2 * x.length);
        System.arraycopy(x, 0, twice, x.length, x.length);
        float[] timesteps = new float[2 * pictures];
        Arrays.fill(timesteps, timestep);
        try (TensorScope scope = TensorScope.open(owner)) {
            int side = codec.latentSide();
            Tensors in = new Tensors(Map.of(
                    "sample", scope.floats(twice, 2 * pictures, codec.latentChannels(), side, side),
                    "timestep", scope.floats(timesteps, 2 * pictures),
                    "ids", scope.longs(ids, 2 * pictures, tokenizer.length())));
            float[] both = TensorScope.toFloats(predict.run(scope, weights.get(), in, Mode.INFER).only());
            float[] guided = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                guided[i] = (float) (both[i] + GUIDANCE * (both[x.length + i] - both[i]));
            }
            return guided;
        }
    }
}
