package io.selfcascade.diffusion.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Op.Resampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Law: the emitted text and the eager interpreter mean the same by every operation, at odd sizes. */
class OpAgreementTest extends TorchTest {

    private static final int VOCABULARY = 11;

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void emitsWhatTheInterpreterMeans(String name, Supplier<Graph> definition) {
        Graph graph = definition.get();
        WeightSet weights = random.weights(graph);
        Tensors inputs = random.inputs(graph, VOCABULARY);

        Tensors emitted = Executable.load(scope, graph).run(scope, weights, inputs, Mode.INFER);

        Map<String, NDArray> eager = EagerInterpreter.run(graph, scope, weights, inputs.byName());
        assertClose(emitted.only(), eager.values().iterator().next(), 1e-5);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void predictsTheShapeOfEveryResult(String name, Supplier<Graph> definition) {
        Graph graph = definition.get();
        Tensors inputs = random.inputs(graph, VOCABULARY);

        Tensors emitted = Executable.load(scope, graph).run(scope, random.weights(graph), inputs, Mode.INFER);

        Map<Node, long[]> shapes = Shapes.of(graph, Shapes.of(inputs));
        assertThat(shapes.get(graph.outputs().values().iterator().next())).isEqualTo(emitted.only().getShape().getShape());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void computesTheSameInEveryMode(String name, Supplier<Graph> definition) {
        Graph graph = definition.get();
        WeightSet weights = random.weights(graph);
        Tensors inputs = random.inputs(graph, VOCABULARY);
        Executable<Tensors, Tensors> executable = Executable.load(scope, graph);

        NDArray inferred = executable.run(scope, weights, inputs, Mode.INFER).only();

        assertClose(executable.run(scope, weights, inputs, Mode.FROZEN).only(), inferred, 0);
        assertClose(executable.run(scope, weights, inputs, Mode.TRAIN).only(), inferred, 0);
    }

    @Test
    void coversEveryOperation() {
        Set<Class<?>> seen = new HashSet<>();
        graphs().map(arguments -> ((Supplier<?>) arguments.get()[1]).get()).map(Graph.class::cast)
                .flatMap(graph -> graph.order().stream()).forEach(node -> seen.add(node.op().getClass()));

        assertThat(seen).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
    }

    static Stream<Arguments> graphs() {
        FeatureMap x = FeatureMap.input("x", 6);
        FeatureMap y = FeatureMap.input("y", 6);
        FeatureMap one = FeatureMap.input("one", 1);
        Tokens t = Tokens.input("t", 8);
        Tokens u = Tokens.input("u", 8);
        Embedding e = Embedding.input("e", 6);
        Scalar s = Scalar.input("s");
        TokenIds ids = TokenIds.input("ids");
        List<Arguments> cases = new ArrayList<>();
        for (Kernel kernel : List.of(Kernel.SAME_3X3, Kernel.POINTWISE, Kernel.DOWN_3X3, Kernel.DOWN_3X3_UNPADDED,
                Kernel.SAME_3X3.dilated(2))) {
            cases.add(one(kernel.toString(), x, () -> root().conv2d("conv", 6, 4, kernel).apply(x)));
        }
        cases.add(one("linear over tokens", t, () -> root().linear("l", 8, 5).apply(t)));
        cases.add(one("linear without bias", t, () -> root().linearWithoutBias("l", 8, 5).apply(t)));
        cases.add(one("linear over embedding", e, () -> root().linear("l", 6, 5).apply(e)));
        cases.add(one("group norm", x, () -> root().groupNorm("n", 6, new NormConfig(3, 1e-3)).apply(x)));
        cases.add(one("layer norm", t, () -> root().layerNorm("n", 8, 1e-3).apply(t)));
        cases.add(one("lookup", ids, () -> root().table("t", VOCABULARY, 4).lookUp(ids)));
        cases.add(one("positions", t, () -> root().table("t", 9, 8).addPositions(t)));
        cases.add(one("silu", x, x::silu));
        cases.add(one("gelu", x, x::gelu));
        cases.add(one("quick gelu", t, t::quickGelu));
        cases.add(one("exp", e, e::exp));
        cases.add(one("abs", x, x::abs));
        cases.add(one("square", x, x::square));
        cases.add(two("plus", x, y, () -> x.plus(y)));
        cases.add(two("minus", x, y, () -> x.minus(y)));
        cases.add(two("times", x, y, () -> x.times(y)));
        cases.add(two("one channel for all", x, one, () -> one.times(x)));
        cases.add(one("affine", x, () -> x.times(-0.5).plus(3).plus(0)));
        cases.add(one("clamp", x, () -> x.clamp(-0.3, 0.4)));
        cases.add(one("detach", x, x::detach));
        cases.add(two("plus per channel", x, e, () -> x.plusPerChannel(e)));
        cases.add(two("times per channel", x, e, () -> x.timesPerChannel(e)));
        cases.add(two("times per item", x, s, () -> x.timesPerItem(s)));
        cases.add(two("concat maps", x, one, () -> x.concat(one)));
        cases.add(two("concat tokens", t, u, () -> t.concat(u)));
        cases.add(one("channels of a map", x, () -> x.channels(1, 4)));
        cases.add(one("channels of tokens", t, () -> t.channels(2, 8)));
        cases.add(one("channel mean", x, x::channelMean));
        cases.add(one("pad right and bottom", x, () -> x.pad(0, 1, 0, 1)));
        cases.add(one("cut and pad", x, () -> x.pad(-1, 2, 1, -2)));
        cases.add(one("average pool", x, () -> x.averagePool(2)));
        for (Resampling kernel : Resampling.values()) {
            cases.add(two("like, " + kernel, x, one, () -> x.resizeLike(one.pad(4, 2, 1, 5), kernel)));
            cases.add(one("2x, " + kernel, x, () -> x.resize(2, kernel)));
        }
        cases.add(one("to tokens", x, x::toTokens));
        cases.add(two("to map", x, y, () -> x.toTokens().plus(1).toMap(y)));
        cases.add(two("attention", t, u, () -> t.attend(u.concat(u).channels(4, 12), u, 2, false, 1.3)));
        cases.add(two("causal attention", t, u, () -> t.attend(u, t, 4, true, 1)));
        cases.add(one("geglu", t, t::geglu));
        cases.add(two("token of the largest id", t, ids, () -> t.tokenAt(ids, -1)));
        cases.add(two("token of an id", t, ids, () -> t.tokenAt(ids, 5)));
        cases.add(one("sinusoidal", s, () -> s.sinusoidal(10, true, 0)));
        cases.add(one("sinusoidal, shifted", s, () -> s.sinusoidal(10, false, 1)));
        cases.add(one("sinusoidal of each", e, () -> e.sinusoidalOfEach(4, true, 0)));
        cases.add(one("mean per item", x, x::meanPerItem));
        cases.add(one("mean", x, () -> x.square().mean().times(2).plus(x.abs().mean())));
        return cases.stream();
    }

    private static Params root() {
        return Params.root("m");
    }

    private static Arguments one(String name, Value x, Supplier<Value> result) {
        return Arguments.of(name, (Supplier<Graph>) () -> Graph.of(List.of(x), "y", result.get()));
    }

    private static Arguments two(String name, Value x, Value y, Supplier<Value> result) {
        return Arguments.of(name, (Supplier<Graph>) () -> Graph.of(Arrays.asList(x, y), "y", result.get()));
    }
}
