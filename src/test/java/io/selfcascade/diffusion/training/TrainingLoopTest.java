package io.selfcascade.diffusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Gradients;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {

    private static final CosineRate RATE = new CosineRate(0.01, 3, 10, 0.05);

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        TorchRuntime.prepareThread(1);
    }

    @Test
    void resumesToTheSameBitsAsAnUninterruptedRun() throws IOException {
        Path straight = Files.createDirectory(folder.resolve("straight"));
        Path broken = Files.createDirectory(folder.resolve("broken"));

        run(straight, 10, "r", StopSignal.manual());
        run(broken, 5, "r", StopSignal.manual());
        run(broken, 10, "r", StopSignal.manual());

        assertThat(Files.readAllBytes(broken.resolve("training.safetensors")))
                .isEqualTo(Files.readAllBytes(straight.resolve("training.safetensors")));
        assertThat(broken.resolve("loss.csv")).hasSameTextualContentAs(straight.resolve("loss.csv"));
    }

    @Test
    void learnsAndDrawsItsLossCurve() throws IOException {
        run(folder, 10, "r", StopSignal.manual());

        List<String> losses = Files.readAllLines(folder.resolve("loss.csv"));
        assertThat(loss(losses.get(9))).isLessThan(loss(losses.get(0)));
        assertThat(Files.size(folder.resolve("loss.png"))).isGreaterThan(1000);
        assertThat(folder.resolve("shown-10")).exists();
    }

    @Test
    void averagesTheWeightsItTrains() {
        run(folder, 10, "r", StopSignal.manual());

        try (SafetensorsFile saved = SafetensorsFile.open(folder.resolve("training.safetensors"))) {
            float[] start = new FreshWeights(1).textEncoder(new ParameterSpec("conv.weight", List.of(2L, 2L, 3L, 3L)));
            float[] weights = saved.floats("weights/unet/conv.weight");
            float[] average = saved.floats("average/unet/conv.weight");
            assertThat(distance(average, weights)).isBetween(1e-4, 0.8 * distance(start, weights));
        }
    }

    @Test
    void savesAfterTheStepInWhichItWasStopped() {
        StopSignal stop = StopSignal.manual();
        stop.raise();

        assertThat(run(folder, 10, "r", stop)).isZero();
        try (SafetensorsFile saved = SafetensorsFile.open(folder.resolve("training.safetensors"))) {
            assertThat(saved.metadata()).containsEntry("step", "0");
        }
    }

    @Test
    void refusesToResumeUnderAnotherRecipe() {
        run(folder, 2, "batch=4", StopSignal.manual());

        assertThatThrownBy(() -> run(folder, 10, "batch=8", StopSignal.manual()))
                .isInstanceOf(CascadeException.class)
                .hasMessageContaining("was made with batch=4, asked for batch=8");
    }

    @Test
    void followsHalfACosineAfterTheWarmUp() {
        CosineRate rate = new CosineRate(2, 100, 1000, 0.1);

        assertThat(rate.at(50)).isLessThan(rate.at(100));
        assertThat(rate.at(500)).isEqualTo(2 * (0.1 + 0.9 * 0.5));
        assertThat(rate.at(1000)).isEqualTo(0.2);
        assertThat(rate.at(2000)).isEqualTo(0.2);
    }

    private static long run(Path folder, long steps, String recipe, StopSignal stop) {
        try (TensorScope owner = TensorScope.open(Device.CPU)) {
            return new TrainingLoop(new Identity(owner, recipe), RATE, folder, line -> {}).run(owner, steps, stop);
        }
    }

    private static double distance(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.abs(x[i] - y[i]);
        }
        return sum;
    }

    private static double loss(String line) {
        return Double.parseDouble(line.split(",")[1]);
    }

    /** Teaches a convolution to return its input. */
    private static final class Identity implements TrainingTask {

        private final TensorScope owner;
        private final String recipe;
        private final Trainee trainee;
        private final Executable<Tensors, Tensors> loss;

        Identity(TensorScope owner, String recipe) {
            this.owner = owner;
            this.recipe = recipe;
            Params root = Params.root("identity");
            Conv2d convolution = root.conv2d("conv", 2, 2, Kernel.SAME_3X3);
            FeatureMap x = FeatureMap.input("x", 2);
            Graph graph = Graph.of(List.of(x), "loss", convolution.apply(x).minus(x).square().mean());
            this.loss = Executable.load(owner, graph);
            this.trainee = new Trainee(owner, "unet", root.layout(), new FreshWeights(1)::textEncoder);
        }

        @Override
        public String recipe() {
            return recipe;
        }

        @Override
        public List<Trainee> trainees() {
            return List.of(trainee);
        }

        @Override
        public double step(long step, double learningRate) {
            Random random = new Random(step);
            float[] x = new float[2 * 2 * 5 * 5];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            try (TensorScope scope = TensorScope.open(owner)) {
                Tensors in = new Tensors(Map.of("x", scope.floats(x, 2, 2, 5, 5)));
                NDArray value = loss.run(scope, trainee.weights(), in, Mode.TRAIN).only();
                Gradients.backward(value);
                trainee.step(scope, learningRate, 0.9);
                return value.getFloat();
            }
        }

        @Override
        public void show(Path folder, long step) {
            try {
                Files.writeString(folder.resolve("shown-" + step), "");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
