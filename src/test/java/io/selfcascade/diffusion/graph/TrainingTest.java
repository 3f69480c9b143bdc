package io.selfcascade.diffusion.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.AdamW.Settings;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingTest extends TorchTest {

    // loss = mean((w x + b - 0)^2) over one item of two channels: a problem whose gradients fit on a line.
    private static final Params ROOT = Params.root("line");
    private static final Linear LINE = ROOT.linear("l", 1, 1);
    private static final Graph LOSS = line();

    @Test
    void followsTheClosedFormulaOfAdamW() {
        Settings settings = new Settings(0.8, 0.95, 1e-3, 0.1, Double.MAX_VALUE);
        WeightSet weights = weights(0.7f, -0.2f).requiringGrad(scope);
        Executable<Tensors, Tensors> loss = Executable.load(scope, LOSS);
        AdamW adam = new AdamW(scope, weights, settings);
        double[] w = {0.7, -0.2};
        double[] m = new double[2];
        double[] v = new double[2];

        for (int step = 1; step <= 4; step++) {
            double x = 1.5 - 0.4 * step;
            double residual = w[0] * x + w[1];
            double[] gradient = {2 * residual * x, 2 * residual};

            double norm = step(loss, weights, adam, x, 0.05);

            assertThat(norm).isCloseTo(Math.hypot(gradient[0], gradient[1]), within(1e-5));
            for (int i = 0; i < 2; i++) {
                m[i] = 0.8 * m[i] + 0.2 * gradient[i];
                v[i] = 0.95 * v[i] + 0.05 * gradient[i] * gradient[i];
                double corrected = Math.sqrt(v[i] / (1 - Math.pow(0.95, step)));
                w[i] = w[i] * (1 - 0.05 * 0.1) - 0.05 / (1 - Math.pow(0.8, step)) * m[i] / (corrected + 1e-3);
                assertThat((double) weights.array(i).toFloatArray()[0]).isCloseTo(w[i], within(1e-5));
            }
        }
        assertThat(adam.steps()).isEqualTo(4);
    }

    @Test
    void scalesLargeGradientsDownToTheNormAllowed() {
        WeightSet weights = weights(2f, 1f).requiringGrad(scope);
        AdamW adam = new AdamW(scope, weights, new Settings(0, 0.5, 1e-8, 0, 0.5));

        double norm = step(Executable.load(scope, LOSS), weights, adam, 1, 0.1);

        // Residual 3, gradients (6, 6): the first moment with beta1 = 0 is the clipped gradient itself.
        assertThat(norm).isCloseTo(Math.sqrt(72), within(1e-5));
        assertThat((double) adam.firstMoments().array(0).toFloatArray()[0]).isCloseTo(0.5 / Math.sqrt(2), within(1e-6));
    }

    @Test
    void refusesAStepAlongANonFiniteGradientAndKeepsTheWeights() {
        WeightSet weights = weights(2f, 1f).requiringGrad(scope);
        AdamW adam = new AdamW(scope, weights, Settings.TORCH);

        assertThatThrownBy(() -> step(Executable.load(scope, LOSS), weights, adam, Float.POSITIVE_INFINITY, 0.1))
                .isInstanceOf(CascadeException.class).extracting("code").isEqualTo(ErrorCode.NON_FINITE);

        assertThat(weights.array(0).toFloatArray()).containsExactly(2f);
    }

    @Test
    void resumesToTheSameWeights() {
        Executable<Tensors, Tensors> loss = Executable.load(scope, LOSS);
        WeightSet straight = weights(0.7f, -0.2f).requiringGrad(scope);
        AdamW adam = new AdamW(scope, straight, Settings.TORCH);
        step(loss, straight, adam, 1.2, 0.01);
        WeightSet restored = straight.copy(scope).requiringGrad(scope);
        AdamW resumed = new AdamW(scope, restored, Settings.TORCH);
        resumed.resume(adam.steps(), adam.firstMoments(), adam.secondMoments());

        step(loss, straight, adam, -0.8, 0.01);
        step(loss, restored, resumed, -0.8, 0.01);

        assertThat(restored.array(0).toFloatArray()).isEqualTo(straight.array(0).toFloatArray());
        assertThat(restored.array(1).toFloatArray()).isEqualTo(straight.array(1).toFloatArray());
    }

    @Test
    void averagesWeightsOverSteps() {
        WeightSet source = weights(1f, 0f).copy(scope);
        MovingAverage average = new MovingAverage(scope, source);
        scope.floats(new float[] {3f}, 1, 1).copyTo(source.array(0));

        average.update(0.9);
        average.update(0.5);

        // 0.9 * 1 + 0.1 * 3 = 1.2, then 0.5 * 1.2 + 0.5 * 3 = 2.1.
        assertThat((double) average.weights().array(0).toFloatArray()[0]).isCloseTo(2.1, within(1e-6));
        assertThat(source.array(0).toFloatArray()).containsExactly(3f);
    }

    @Test
    void agreesWithFiniteDifferences() {
        Params root = Params.root("block");
        FeatureMap x = FeatureMap.input("x", 4);
        GroupNorm norm = root.groupNorm("norm", 4, new NormConfig(2, 1e-3));
        Conv2d conv = root.conv2d("conv", 4, 4, Kernel.SAME_3X3);
        Tokens tokens = conv.apply(norm.apply(x).silu()).toTokens();
        Graph graph = Graph.of(List.of(x), "loss", tokens.attend(tokens, tokens, 2, false, 1).square().mean());
        Executable<Tensors, Tensors> loss = Executable.load(scope, graph);
        WeightSet weights = random.weights(root.layout()).requiringGrad(scope);
        Tensors in = random.inputs(graph, 1);

        Gradients.backward(loss.run(scope, weights, in, Mode.TRAIN).only());

        float[] gradient = weights.array("norm.weight").getGradient().toFloatArray();
        for (int i = 0; i < 4; i++) {
            double slope = (nudged(loss, weights, in, i, 1e-2f) - nudged(loss, weights, in, i, -1e-2f)) / 2e-2;
            assertThat((double) gradient[i]).isCloseTo(slope, within(2e-3 * Math.max(1, Math.abs(slope))));
        }
    }

    @Test
    void keepsGradientsOutOfFrozenWeights() {
        Params trunk = Params.root("trunk");
        Params head = Params.root("head");
        FeatureMap x = FeatureMap.input("x", 3);
        FeatureMap features = trunk.conv2d("conv", 3, 3, Kernel.SAME_3X3).apply(x);
        FeatureMap y = head.conv2d("conv", 3, 1, Kernel.POINTWISE).apply(features);
        Graph graph = Graph.of(List.of(x), Map.of("loss", y.square().mean()));
        Graph trunkAlone = Graph.of(List.of(x), "features", features);
        WeightSet frozen = random.weights(trunk.layout());
        WeightSet trained = random.weights(head.layout()).requiringGrad(scope);
        Tensors in = random.inputs(graph, 1);

        NDArray recorded = Executable.load(scope, trunkAlone).run(scope, frozen, in, Mode.TRAIN).only();
        NDArray loss = Executable.load(scope, graph).run(scope, frozen.with(trained), in, Mode.TRAIN).get("loss");
        boolean lossFlows = Gradients.flowThrough(scope, loss);
        Gradients.backward(loss);

        assertThat(lossFlows).isTrue();
        assertThat(Gradients.flowThrough(scope, recorded)).isFalse();
        assertThat(frozen.array(0).hasGradient()).isFalse();
        assertThat(trained.array(0).getGradient().abs().sum().getFloat()).isPositive();
    }

    @Test
    void stopsGradientsAtDetachedValues() {
        Params before = Params.root("before");
        Params after = Params.root("after");
        FeatureMap x = FeatureMap.input("x", 3);
        FeatureMap features = before.conv2d("conv", 3, 3, Kernel.POINTWISE).apply(x);
        FeatureMap y = after.conv2d("conv", 3, 1, Kernel.POINTWISE).apply(features.detach());
        Graph graph = Graph.of(List.of(x), Map.of("features", features, "loss", y.square().mean()));
        WeightSet first = random.weights(before.layout()).requiringGrad(scope);
        WeightSet second = random.weights(after.layout()).requiringGrad(scope);
        AdamW untouched = new AdamW(scope, first, Settings.TORCH);

        Tensors out = Executable.load(scope, graph).run(scope, first.with(second), random.inputs(graph, 1), Mode.TRAIN);
        Gradients.backward(out.get("loss"));

        assertThat(Gradients.flowThrough(scope, out.get("features"))).isTrue();
        assertThat(second.array(0).getGradient().abs().sum().getFloat()).isPositive();
        assertThat(untouched.step(scope, 0.1)).isZero();
    }

    @Test
    void learnsALine() {
        WeightSet weights = weights(0f, 0f).requiringGrad(scope);
        Executable<Tensors, Tensors> loss = Executable.load(scope, LOSS);
        AdamW adam = new AdamW(scope, weights, new Settings(0.9, 0.999, 1e-8, 0, 1));
        WeightSet start = weights(1f, 0.5f);
        scope.floats(new float[] {1f}, 1, 1).copyTo(weights.array(0));
        double first = value(loss, start, 1);

        for (int i = 0; i < 150; i++) {
            step(loss, weights, adam, i % 2 == 0 ? 1 : -0.5, 0.05);
        }

        assertThat(value(loss, weights, 1)).isLessThan(first / 100);
    }

    private static Graph line() {
        Embedding x = Embedding.input("x", 1);
        return Graph.of(List.of(x), "loss", LINE.apply(x).square().mean());
    }

    private WeightSet weights(float w, float b) {
        return WeightSet.of(scope, ROOT.layout(), parameter -> parameter.key().equals("l.weight")
                ? scope.floats(new float[] {w}, 1, 1) : scope.floats(new float[] {b}, 1));
    }

    private double step(Executable<Tensors, Tensors> loss, WeightSet weights, AdamW adam, double x, double rate) {
        try (TensorScope step = TensorScope.open(scope)) {
            Gradients.backward(loss.run(step, weights, item(step, x), Mode.TRAIN).only());
            return adam.step(step, rate);
        }
    }

    private double value(Executable<Tensors, Tensors> loss, WeightSet weights, double x) {
        return loss.run(scope, weights, item(scope, x), Mode.INFER).only().getFloat();
    }

    private static Tensors item(TensorScope scope, double x) {
        return new Tensors(Map.of("x", scope.floats(new float[] {(float) x}, 1, 1)));
    }

    private double nudged(Executable<Tensors, Tensors> loss, WeightSet weights, Tensors in, int place, float by) {
        WeightSet other = weights.map(scope, (parameter, array) -> {
            float[] values = array.toFloatArray();
            if (parameter.key().equals("norm.weight")) {
                values[place] += by;
            }
            return scope.floats(values, parameter.dimensions());
        });
        return loss.run(scope, other, in, Mode.INFER).only().getFloat();
    }
}
