package io.selfcascade.diffusion.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.noise.PhiloxNoise;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.Tiling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffusionModelTest {

    private static final Path PARITY = Path.of("src/test/resources/parity");

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() {
        TorchRuntime.prepareThread(1);
    }

    @Test
    void keepsNoNativeMemoryOfAStep() {
        try (DiffusionModel model = load(PARITY.resolve("tiny-eps"))) {
            Set<Integer> counts = new HashSet<>();
            run(model, 1);
            run(model, 2);
            StageSampler sampler = sampler(model);
            sampler.sample(Stages.base(64, 6), List.of(start(model, 3)), model.denoiser(Dtype.F32),
                    (step, steps) -> counts.add(model.natives()));
            run(model, 4);
            counts.add(model.natives());

            assertThat(counts).hasSize(1);
        }
    }

    @Test
    void encodesEveryPromptOnce() {
        try (DiffusionModel model = load(PARITY.resolve("tiny-eps"))) {
            float[] first = model.prompts().encode("a red circle", Dtype.F32);

            assertThat(model.prompts().encode("a red circle", Dtype.F32)).isSameAs(first);
            assertThat(model.prompts().encode("a blue circle", Dtype.F32)).isNotEqualTo(first);
        }
    }

    @Test
    void readsItsNativeSizeFromUNetAndVae() {
        try (DiffusionModel model = load(PARITY.resolve("tiny-v"))) {
            assertThat(model.codec().scaleFactor()).isEqualTo(4);
            assertThat(model.nativeSize().width() % 4).isZero();
            assertThat(model.nativeSize()).isEqualTo(ImageSize.square(model.nativeSize().width()));
        }
    }

    @Test
    void refusesAFolderOfAnotherFamily() throws IOException {
        copy(PARITY.resolve("tiny-eps"), folder.resolve("m"));
        Path index = folder.resolve("m/model_index.json");
        Files.writeString(index, Files.readString(index).replace("\"UNet2DConditionModel\"", "\"FluxTransformer2DModel\""));

        assertThatThrownBy(() -> load(folder.resolve("m"))).hasMessageContaining("unet is FluxTransformer2DModel")
                .extracting(e -> ((CascadeException) e).code()).isEqualTo(ErrorCode.CHECKPOINT_UNSUPPORTED);
    }

    @Test
    void refusesPartsOfTwoModels() throws IOException {
        copy(PARITY.resolve("tiny-eps"), folder.resolve("m"));
        Path config = folder.resolve("m/unet/config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"cross_attention_dim\": 32", "\"cross_attention_dim\": 48"));

        assertThatThrownBy(() -> load(folder.resolve("m"))).hasMessageContaining("text of 48")
                .hasMessageContaining("text encoder 32 (is this one model?)");
    }

    private static DiffusionModel load(Path path) {
        return DiffusionModel.load(DiffusersFolder.open(path), Device.CPU);
    }

    private static void run(DiffusionModel model, long seed) {
        Pivot pivot = sampler(model).sample(
                Stages.base(64, 2), List.of(start(model, seed)), model.denoiser(Dtype.F32), CascadeObserver.NONE).get(0);
        PivotUpsampler upsampler = new PivotUpsampler(Device.CPU, model.codec());
        Pivot lifted = upsampler.lift(pivot, new LatentShape(4, pivot.height() + 3, pivot.width() + 1), Stages.PIXELS, Dtype.F32);
        assertThat(model.codec().decode(lifted, Tiling.TILED, Dtype.F32)).isNotEmpty();
    }

    private static StageSampler sampler(DiffusionModel model) {
        return new StageSampler(model.scheduler(), model.nativeSize(), 4, model.codec().scaleFactor());
    }

    private static StageSampler.Start start(DiffusionModel model, long seed) {
        return new StageSampler.Start(seed, new PhiloxNoise(), null,
                model.prompts().encode("a red circle", Dtype.F32), model.prompts().encode("", Dtype.F32));
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(from)) {
            tree.forEach(paths::add);
        }
        for (Path path : paths) {
            Files.copy(path, to.resolve(from.relativize(path).toString()));
        }
    }
}
