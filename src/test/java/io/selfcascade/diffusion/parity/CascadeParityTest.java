package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.CascadeObserver;
import io.selfcascade.diffusion.cascade.Denoiser;
import io.selfcascade.diffusion.cascade.DiffusionModel;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.PivotUpsampler;
import io.selfcascade.diffusion.cascade.RgbImage;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.diffusion.cascade.StageSampler;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.noise.NoiseSource;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Whole runs of diffusers' pipelines: guided text-to-image, a late start from an enlarged pivot (its image-to-image at
 * strength 0.7, which is K = 700), and two stages whose noise comes from one generator.
 */
class CascadeParityTest {

    private static final int STEPS = 10;
    private static final int K = 700;

    /** The two pipelines of the fixtures. */
    enum Case {
        TINY_EPS("tiny-eps", 1000, new ImageSize(88, 72), TimestepSpacing.LEADING, UpsampleKernel.BILINEAR),
        TINY_V("tiny-v", 2000, new ImageSize(56, 40), TimestepSpacing.TRAILING, UpsampleKernel.BICUBIC);

        private final String folder;
        private final long seed;
        private final ImageSize size;
        private final TimestepSpacing spacing;
        private final UpsampleKernel lift;
        private final Reference reference;
        private final JsonNode facts;

        Case(String folder, long seed, ImageSize size, TimestepSpacing spacing, UpsampleKernel lift) {
            this.folder = folder;
            this.seed = seed;
            this.size = size;
            this.spacing = spacing;
            this.lift = lift;
            this.reference = Reference.open(folder + "/reference.safetensors");
            this.facts = Reference.json(folder + "/facts.json");
        }

        private ImageSize larger() {
            return new ImageSize(2 * size.width(), 2 * size.height());
        }

        private Pivot pivot(String key) {
            long[] shape = reference.shape(key);
            return new Pivot(reference.floats(key), (int) shape[1], (int) shape[2], (int) shape[3]);
        }

        private String text(String fact) {
            return facts.get(fact).asString();
        }
    }

    @BeforeEach
    void prepareThread() {
        TorchRuntime.prepareThread(1);
    }

    @ParameterizedTest
    @EnumSource
    void walksTheSameLatentsFromTheSameNoise(Case model) {
        List<float[]> latents = walk(model, base(model, 0), null, noise(model, "t2i.noise"));

        agreesStepByStep(model.folder + " · text to image", latents, model.reference.floats("t2i.steps"));
    }

    @ParameterizedTest
    @EnumSource
    void walksTheSameLatentsFromALateStart(Case model) {
        DenoiseStage stage = late(model, 0, model.lift, 0);

        List<float[]> latents = walk(model, stage, model.pivot("late.lifted"), noise(model, "late.noise"));

        agreesStepByStep(model.folder + " · late start", latents, model.reference.floats("late.steps"));
    }

    @ParameterizedTest
    @EnumSource
    void visitsTheTimestepsOfALateStart(Case model) {
        List<Integer> visited = new ArrayList<>();
        try (DiffusionModel loaded = load(model)) {
            Denoiser denoiser = loaded.denoiser(Dtype.F32);
            sampler(loaded).sample(late(model, 0, model.lift, 0), List.of(start(model, loaded,
                    model.pivot("late.lifted"), noise(model, "late.noise"))), (samples, shape, t, contexts) -> {
                        visited.add(t);
                        return denoiser.predict(samples, shape, t, contexts);
                    }, CascadeObserver.NONE);
        }

        assertThat(visited.stream().mapToLong(Integer::longValue).toArray())
                .isEqualTo(model.reference.longs("late.timesteps"));
    }

    @ParameterizedTest
    @EnumSource
    void drawsTheSamePictureFromAPromptAndASeed(Case model) {
        try (CascadeEngine engine = engine(model)) {
            StageItem item = new StageItem(model.seed + 50, model.text("prompt"), model.text("negative"), null, null);

            Pivot pivot = pivot(engine, base(model, 0), item);
            byte[] picture = decode(engine, 1, pivot);

            Judge.agrees(model.folder + " · text to image · by the engine", pivot.data(),
                    model.reference.floats("t2i.final"));
            Judge.agrees(model.folder + " · text to image · picture", picture, model.reference.bytes("t2i.uint8"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void drawsTheSamePictureFromALateStart(Case model) {
        try (CascadeEngine engine = engine(model)) {
            StageItem item = new StageItem(
                    model.seed + 60, model.text("prompt"), model.text("negative"), model.pivot("t2i.final"), null);

            Pivot pivot = pivot(engine, late(model, 0, model.lift, 0), item);
            byte[] picture = decode(engine, 1, pivot);

            Judge.agrees(model.folder + " · late start · by the engine", pivot.data(),
                    model.reference.floats("late.final"));
            Judge.agrees(model.folder + " · late start · picture", picture, model.reference.bytes("late.uint8"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void climbsTwoStagesOnOneStreamOfNoise(Case model) {
        try (CascadeEngine engine = engine(model)) {
            DenoiseStage first = base(model, 1);
            DenoiseStage second = late(model, 1, UpsampleKernel.BILINEAR, 1);
            long seed = model.seed + 70;

            Pivot base = pivot(engine, first,
                    new StageItem(seed, model.text("other"), model.text("negative"), null, null));
            Pivot top = pivot(engine, second, new StageItem(
                    seed, model.text("other"), model.text("negative"), base, null, List.of(first)));
            byte[] picture = decode(engine, 2, top);

            Judge.agrees(model.folder + " · cascade · base", base.data(), model.reference.floats("cascade.base"));
            Judge.agrees(model.folder + " · cascade · top", top.data(), model.reference.floats("cascade.final"));
            Judge.agrees(model.folder + " · cascade · picture", picture, model.reference.bytes("cascade.uint8"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void handsAPivotOverAsAPicture(Case model) {
        Pivot pivot = model.pivot("t2i.final");
        try (DiffusionModel loaded = load(model)) {
            Upsample asPicture = new Upsample(UpsampleSpace.PIXEL, UpsampleKernel.BICUBIC);
            Pivot lifted = new PivotUpsampler(Device.CPU, loaded.codec())
                    .lift(pivot, model.pivot("late.lifted").shape(), asPicture, Dtype.F32);

            Judge.agrees(model.folder + " · pixel hand-over", lifted.data(), model.reference.floats("pixel_lift"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesAPictureAsTheFirstPivot(Case model) {
        RgbImage picture = new RgbImage(
                model.size.width(), model.size.height(), model.reference.bytes("t2i.uint8"));
        try (CascadeEngine engine = engine(model)) {
            Pivot pivot = pivot(engine, new EncodeStage(0, model.size.width(), model.size.height(), Dtype.F32),
                    new StageItem(0, "", "", null, picture));

            Judge.agrees(model.folder + " · uploaded picture", pivot.data(), model.reference.floats("uploaded"));
        }
    }

    /** The latent after every step of a walk. */
    private static List<float[]> walk(Case model, DenoiseStage stage, @Nullable Pivot lifted, NoiseSource noise) {
        List<float[]> latents = new ArrayList<>();
        try (DiffusionModel loaded = load(model)) {
            Denoiser denoiser = loaded.denoiser(Dtype.F32);
            Pivot last = sampler(loaded).sample(stage, List.of(start(model, loaded, lifted, noise)),
                    (samples, shape, timestep, contexts) -> {
                        latents.add(samples.get(0));
                        return denoiser.predict(samples, shape, timestep, contexts);
                    }, CascadeObserver.NONE).get(0);
            latents.add(last.data());
        }
        return latents.subList(1, latents.size());
    }

    private static void agreesStepByStep(String what, List<float[]> actual, float[] expected) {
        int size = actual.get(0).length;
        assertThat(actual.size() * size).isEqualTo(expected.length);
        for (int i = 0; i < actual.size(); i++) {
            Judge.agrees(what + " · step " + i, actual.get(i), Arrays.copyOfRange(expected, i * size, (i + 1) * size));
        }
    }

    private static StageSampler.Start start(
            Case model, DiffusionModel loaded, @Nullable Pivot lifted, NoiseSource noise) {
        return new StageSampler.Start(0, noise, lifted, loaded.prompts().encode(model.text("prompt"), Dtype.F32),
                loaded.prompts().encode(model.text("negative"), Dtype.F32));
    }

    private static StageSampler sampler(DiffusionModel model) {
        return new StageSampler(model.scheduler(), model.nativeSize(), model.codec().latentChannels(),
                model.codec().scaleFactor());
    }

    private static NoiseSource noise(Case model, String key) {
        return name -> model.reference.floats(key);
    }

    private static DenoiseStage base(Case model, double eta) {
        return stage(model, 0, model.size, 1000, eta, null);
    }

    private static DenoiseStage late(Case model, int index, UpsampleKernel kernel, double eta) {
        return stage(model, index, model.larger(), K, eta, new Upsample(UpsampleSpace.LATENT, kernel));
    }

    private static DenoiseStage stage(
            Case model, int index, ImageSize size, int start, double eta, @Nullable Upsample upsample) {
        return new DenoiseStage(index, size.width(), size.height(), STEPS, start, SchedulerType.DDIM, eta, model.spacing,
                model.facts.get("guidance").asDouble(), upsample, NoiseReschedule.NONE, Rng.TORCH_CPU, Dtype.F32);
    }

    private static Pivot pivot(CascadeEngine engine, StageSpec stage, StageItem item) {
        StageOutput output = engine.run(stage, List.of(item), CascadeObserver.NONE).get(0);
        return ((PivotOutput) output).pivot();
    }

    private static byte[] decode(CascadeEngine engine, int index, Pivot pivot) {
        int factor = engine.vaeScaleFactor();
        DecodeStage stage = new DecodeStage(
                index, pivot.width() * factor, pivot.height() * factor, Dtype.F32, Tiling.NONE);
        StageOutput output = engine.run(
                stage, List.of(new StageItem(0, "", "", pivot, null)), CascadeObserver.NONE).get(0);
        return ((ImageOutput) output).image().rgb();
    }

    private static CascadeEngine engine(Case model) {
        return CascadeEngine.load(Reference.path(model.folder), Device.CPU, 1);
    }

    private static DiffusionModel load(Case model) {
        return DiffusionModel.load(DiffusersFolder.open(Reference.path(model.folder)), Device.CPU);
    }
}
