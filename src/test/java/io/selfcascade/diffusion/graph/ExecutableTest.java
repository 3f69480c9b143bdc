package io.selfcascade.diffusion.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ExecutableTest extends TorchTest {

    @Test
    void failsAtDefinitionWithTheParametersKeyWhenChannelsAreWrong() {
        Params root = Params.root("m");
        Conv2d conv = root.at("down_blocks", 0).at("resnets", 1).conv2d("conv1", 320, 320, Kernel.SAME_3X3);

        assertThatThrownBy(() -> conv.apply(FeatureMap.input("x", 640))).isInstanceOf(CascadeException.class)
                .hasMessageContaining("down_blocks.0.resnets.1.conv1.weight: it takes 320 channels, the value has 640");
    }

    @Test
    void refusesWeightsOfAnotherLayout() {
        Graph graph = chain("m", 4);
        WeightSet others = random.weights(chain("m", 5).layouts().get(0));
        Executable<Tensors, Tensors> executable = Executable.load(scope, graph);

        assertThatThrownBy(() -> executable.run(scope, others, random.inputs(graph, 1), Mode.INFER))
                .isInstanceOf(CascadeException.class).hasMessageContaining("fingerprint")
                .extracting("code").isEqualTo(ErrorCode.GRAPH_INVALID);
    }

    @Test
    void tellsModelsOfEqualSizesApartByName() {
        Params teacher = Params.root("teacher");
        Params student = Params.root("student");
        FeatureMap x = FeatureMap.input("x", 4);
        FeatureMap a = teacher.conv2d("c", 4, 4, Kernel.POINTWISE).apply(x);
        FeatureMap b = student.conv2d("c", 4, 4, Kernel.POINTWISE).apply(x);
        Graph graph = Graph.of(List.of(x), Map.of("difference", a.minus(b).square().mean()));
        WeightSet first = random.weights(teacher.layout());
        WeightSet second = WeightSet.of(scope, student.layout(), spec -> first.array(spec.key()).duplicate());
        Executable<Tensors, Tensors> executable = Executable.load(scope, graph);

        Tensors out = executable.run(scope, second.with(first), random.inputs(graph, 1), Mode.INFER);

        assertThat(out.only().getFloat()).isZero();
        assertThat(teacher.layout().fingerprint()).isNotEqualTo(student.layout().fingerprint());
    }

    @Test
    void refusesInputsOfAnotherRankChannelCountOrName() {
        Graph graph = chain("m", 4);
        WeightSet weights = random.weights(graph);
        Executable<Tensors, Tensors> executable = Executable.load(scope, graph);

        for (Tensors wrong : List.of(one("x", random.normal(1, 5, 3, 3)), one("x", random.normal(4, 3, 3)),
                one("y", random.normal(1, 4, 3, 3)), one("x", scope.longs(new long[36], 1, 4, 3, 3)))) {
            assertThatThrownBy(() -> executable.run(scope, weights, wrong, Mode.INFER))
                    .isInstanceOf(CascadeException.class).extracting("code").isEqualTo(ErrorCode.SHAPE_MISMATCH);
        }
    }

    @Test
    void writesNoDeviceAndNoNumberFormatButFloat32() {
        List<String> texts = OpAgreementTest.graphs().map(arguments -> ((Supplier<?>) arguments.get()[1]).get())
                .map(graph -> ((Graph) graph).describe()).toList();

        Pattern formats = Pattern.compile("torch\\.to\\([^\\n]*, (\\d+)[,)\\]]|dtype=(\\d+)");
        for (String text : texts) {
            assertThat(text).doesNotContain("cuda").doesNotContain("cpu").doesNotContain("torch.device");
            formats.matcher(text).results().forEach(found ->
                    assertThat(found.group(1) == null ? found.group(2) : found.group(1)).isEqualTo("6"));
        }
    }

    @Test
    void ordersWeightsByDefinitionAndNotByFirstUse() {
        Params root = Params.root("m");
        Conv2d first = root.conv2d("first", 4, 4, Kernel.POINTWISE);
        Conv2d second = root.conv2d("second", 4, 4, Kernel.POINTWISE);
        FeatureMap x = FeatureMap.input("x", 4);
        Graph straight = Graph.of(List.of(x), "y", second.apply(first.apply(x)));
        Graph swapped = Graph.of(List.of(x), "y", first.apply(second.apply(x)));
        WeightSet weights = random.weights(root.layout());
        Tensors in = random.inputs(straight, 1);

        for (Graph graph : List.of(straight, swapped)) {
            assertClose(Executable.load(scope, graph).run(scope, weights, in, Mode.INFER).only(),
                    EagerInterpreter.run(graph, scope, weights, in.byName()).get("y"), 1e-5);
        }
        assertThat(straight.layouts()).isEqualTo(swapped.layouts());
    }

    @Test
    void leavesOutWhatNoOutputNeeds() {
        FeatureMap x = FeatureMap.input("x", 4);
        FeatureMap used = x.silu();
        used.exp().square();

        assertThat(Graph.of(List.of(x), "y", used).order()).hasSize(2);
    }

    @Test
    void refusesAGraphWithUndeclaredInputsOrLateLayers() {
        FeatureMap x = FeatureMap.input("x", 4);
        FeatureMap y = FeatureMap.input("y", 4);
        Params root = Params.root("m");
        Graph.of(List.of(x), "z", root.conv2d("a", 4, 4, Kernel.POINTWISE).apply(x));

        assertThatThrownBy(() -> Graph.of(List.of(x), "z", x.plus(y))).hasMessageContaining("input y");
        assertThatThrownBy(() -> root.conv2d("b", 4, 4, Kernel.POINTWISE)).hasMessageContaining("b.weight");
        assertThatThrownBy(() -> Params.root("n").groupNorm("g", 6, new NormConfig(4, 1e-5))).hasMessageContaining("6 channels");
    }

    @Test
    void runsOnSeveralThreadsAtOnceWithTheSameResult() {
        Graph graph = chain("m", 8);
        WeightSet weights = random.weights(graph);
        Executable<Tensors, Tensors> executable = Executable.load(scope, graph);
        float[] input = TensorScope.toFloats(random.normal(2, 8, 9, 9));
        List<CompletableFuture<float[]>> runs = new ArrayList<>();

        for (int i = 0; i < 3; i++) {
            runs.add(CompletableFuture.supplyAsync(() -> runs(executable, weights, input), task -> new Thread(task).start()));
        }

        float[] expected = runs(executable, weights, input);
        assertThat(runs).allSatisfy(run -> assertThat(run.join()).isEqualTo(expected));
    }

    @Test
    void freesEverythingARunMadeWithItsScope() {
        Graph graph = chain("m", 4);
        WeightSet weights = random.weights(graph);
        Tensors in = random.inputs(graph, 1);
        Executable<Tensors, Tensors> executable = Executable.load(scope, graph);
        int before = scope.size();

        for (Mode mode : Mode.values()) {
            try (TensorScope step = TensorScope.open(scope)) {
                executable.run(step, weights, in, mode);
            }
        }

        assertThat(scope.size()).isEqualTo(before);
    }

    private static float[] runs(Executable<Tensors, Tensors> executable, WeightSet weights, float[] input) {
        TorchRuntime.prepareThread(1);
        float[] last = new float[0];
        for (int i = 0; i < 10; i++) {
            try (TensorScope step = TensorScope.open(Device.CPU)) {
                NDArray x = step.floats(input, 2, 8, 9, 9);
                last = TensorScope.toFloats(executable.run(step, weights, one("x", x), Mode.INFER).only());
            }
        }
        return last;
    }

    private static Graph chain(String model, int channels) {
        Params root = Params.root(model);
        FeatureMap x = FeatureMap.input("x", channels);
        FeatureMap y = root.conv2d("a", channels, channels, Kernel.SAME_3X3).apply(x).silu();
        return Graph.of(List.of(x), "y", root.conv2d("b", channels, channels, Kernel.SAME_3X3).apply(y));
    }

    private static Tensors one(String name, NDArray array) {
        return new Tensors(Map.of(name, array));
    }
}
