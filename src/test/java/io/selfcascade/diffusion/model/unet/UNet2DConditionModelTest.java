package io.selfcascade.diffusion.model.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.EagerInterpreter;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureHook;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.TorchTest;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UNet2DConditionModelTest extends TorchTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void computesWhatTheInterpreterMeansAtOddSizes(boolean extraLarge) {
        UNet2DConditionModel model = extraLarge ? TinyUNets.extraLarge() : TinyUNets.plain();
        WeightSet weights = random.weights(model.layout());
        UNetTensors in = inputs(model, 11, 18);

        NDArray emitted = model.load(scope, Variant.NONE).run(scope, weights, in, Mode.INFER);

        Graph graph = model.graph(Variant.NONE);
        NDArray eager = EagerInterpreter.run(graph, scope, weights, in.byName()).get("sample");
        assertClose(emitted, eager, 1e-5);
        assertThat(emitted.getShape().getShape()).containsExactly(2, 4, 11, 18);
    }

    @Test
    void treatsEachItemOfABatchAlone() {
        UNet2DConditionModel model = TinyUNets.plain();
        WeightSet weights = random.weights(model.layout());
        UNetTensors both = inputs(model, 9, 6);
        UNetTensors second = new UNetTensors(
                both.sample().get("1:2"), both.timestep().get("1:2"), both.context().get("1:2"));
        Executable<UNetTensors, NDArray> network = model.load(scope, Variant.NONE);

        NDArray batched = network.run(scope, weights, both, Mode.INFER);

        assertClose(batched.get("1:2"), network.run(scope, weights, second, Mode.INFER), 1e-5);
    }

    @Test
    void buildsThePlainNetworkForAHookThatDoesNothing() {
        UNet2DConditionModel model = TinyUNets.plain();

        assertThat(model.graph(Variant.of((point, h, embedding) -> h)).describe())
                .isEqualTo(model.graph(Variant.NONE).describe());
        assertThat(model.graph(Variant.of(FeatureHook.NONE))).isNotNull();
        assertThat(Variant.of(FeatureHook.NONE)).isEqualTo(Variant.NONE);
    }

    @Test
    void passesEverySkipAndBlockThroughTheHook() {
        assertThat(TinyUNets.plain().pointChannels()).containsExactly(
                Map.entry(Point.skip(0, 0), 8), Map.entry(Point.skip(0, 1), 8), Map.entry(Point.skip(0, 2), 8),
                Map.entry(Point.down(0), 8), Map.entry(Point.skip(1, 0), 16), Map.entry(Point.skip(1, 1), 16),
                Map.entry(Point.down(1), 16), Map.entry(Point.skip(2, 0), 24), Map.entry(Point.down(2), 24),
                Map.entry(Point.mid(), 24), Map.entry(Point.up(0), 24), Map.entry(Point.up(1), 16),
                Map.entry(Point.up(2), 8));
    }

    @Test
    void injectsIntoSkipsWithoutTouchingTheDownPath() {
        UNet2DConditionModel model = TinyUNets.plain();
        WeightSet weights = random.weights(model.layout());
        UNetTensors in = inputs(model, 8, 8);
        Variant louder = Variant.of((point, h, embedding) -> point.equals(Point.skip(0, 1)) ? h.times(1.5) : h);

        NDArray plain = model.load(scope, Variant.NONE).run(scope, weights, in, Mode.INFER);
        NDArray injected = model.load(scope, louder).run(scope, weights, in, Mode.INFER);

        assertThat(difference(plain, injected)).isGreaterThan(1e-3);
        assertThat(model.graph(louder).layouts()).isEqualTo(model.graph(Variant.NONE).layouts());
        Tensors taps = Executable.load(scope, model.taps(List.of(Point.mid()))).run(scope, weights, tensors(in), Mode.INFER);
        assertThat(taps.only().getShape().getShape()).containsExactly(2, 24, 2, 2);
    }

    @Test
    void tapsTheDownPathAlone() {
        UNet2DConditionModel model = TinyUNets.plain();
        WeightSet weights = random.weights(model.layout());
        List<Point> points = List.of(Point.skip(0, 1), Point.skip(1, 0));

        Graph graph = model.taps(points);
        Tensors taps = Executable.load(scope, graph).run(scope, weights, tensors(inputs(model, 11, 18)), Mode.INFER);

        assertThat(taps.get("skip.0.1").getShape().getShape()).containsExactly(2, 8, 11, 18);
        assertThat(taps.get("skip.1.0").getShape().getShape()).containsExactly(2, 16, 6, 9);
        assertThat(graph.order().size()).isLessThan(model.graph(Variant.NONE).order().size() / 3);
        assertThatThrownBy(() -> model.taps(List.of(Point.skip(9, 9)))).isInstanceOf(CascadeException.class)
                .hasMessageContaining("Cannot tap skip.9.9");
    }

    @Test
    void changesItsAnswerUnderEveryVariant() {
        UNet2DConditionModel model = TinyUNets.plain();
        WeightSet weights = random.weights(model.layout());
        UNetTensors in = inputs(model, 8, 8);
        NDArray plain = model.load(scope, Variant.NONE).run(scope, weights, in, Mode.INFER);

        for (Variant variant : List.of(Variant.dilated(List.of(Point.down(0), Point.mid(), Point.up(2)), 2),
                Variant.attentionScaled(1.4))) {
            NDArray other = model.load(scope, variant).run(scope, weights, in, Mode.INFER);
            assertThat(difference(plain, other)).isGreaterThan(1e-4);
            assertClose(other, EagerInterpreter.run(model.graph(variant), scope, weights, in.byName()).get("sample"), 1e-5);
        }
    }

    @Test
    void ignoresTheTextWhenCrossAttentionSaysNothing() {
        UNet2DConditionModel model = TinyUNets.plain();
        WeightSet weights = random.weights(model.layout()).map(scope, (parameter, array) ->
                parameter.key().contains("attn2.to_out") ? array.mul(0f) : array.duplicate());
        UNetTensors in = inputs(model, 8, 8);
        UNetTensors other = new UNetTensors(in.sample(), in.timestep(), random.normal(2, 5, 12));
        Executable<UNetTensors, NDArray> network = model.load(scope, Variant.NONE);

        assertClose(network.run(scope, weights, in, Mode.INFER), network.run(scope, weights, other, Mode.INFER), 0);
    }

    @Test
    void embedsTimestepsAsTheReferenceDoes() {
        Scalar t = Scalar.input("t");
        Graph graph = Graph.of(List.of(t), "e", t.sinusoidal(320, true, 0));

        float[] e = TensorScope.toFloats(Executable.load(scope, graph)
                .run(scope, WeightSet.NONE, new Tensors(Map.of("t", scope.floats(new float[] {701}, 1))), Mode.INFER).only());

        // Computed in double precision from the formula of Vaswani et al. 2017, size 320, t = 701.
        int[] places = {0, 1, 159, 160, 161, 319};
        double[] expected = {-0.911105, -0.463039, 0.997244, -0.412173, 0.886338, 0.074185};
        for (int i = 0; i < places.length; i++) {
            assertThat((double) e[places[i]]).isCloseTo(expected[i], within(2e-5));
        }
    }

    @Test
    void keepsResidentMemoryFlatOverManyRuns() {
        UNet2DConditionModel model = TinyUNets.plain();
        WeightSet weights = random.weights(model.layout());
        UNetTensors in = inputs(model, 16, 16);
        Executable<UNetTensors, NDArray> network = model.load(scope, Variant.NONE);
        int before = scope.size();

        ResidentMemory.requireFlat(300, () -> {
            try (TensorScope step = TensorScope.open(scope)) {
                network.run(step, weights, in, Mode.INFER);
            }
        });

        assertThat(scope.size()).isEqualTo(before);
    }

    private UNetTensors inputs(UNet2DConditionModel model, long height, long width) {
        UNet2DConditionConfig config = model.config();
        NDArray sample = random.normal(2, config.inChannels(), height, width);
        NDArray timestep = scope.floats(new float[] {701, 12.5f}, 2);
        NDArray context = random.normal(2, 5, config.crossAttentionDim());
        UNet2DConditionConfig.Addition addition = config.addition();
        return addition == null ? new UNetTensors(sample, timestep, context)
                : new UNetTensors(sample, timestep, context, random.normal(2, addition.pooledTextDim()),
                        scope.floats(new float[] {1024, 768, 0, 16, 1024, 768, 512, 512, 4, 0, 512, 512}, 2, 6));
    }

    private static Tensors tensors(UNetTensors in) {
        return new Tensors(in.byName());
    }

    private static double difference(NDArray x, NDArray y) {
        return x.sub(y).abs().max().getFloat();
    }
}
