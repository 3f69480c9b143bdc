package io.selfcascade.diffusion.model.unet;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.AdamW;
import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Gradients;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.TorchTest;
import io.selfcascade.diffusion.graph.Value;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A module trained through the frozen network it is injected into. */
class UNetTrainingTest extends TorchTest {

    private static final Point PLACE = Point.skip(0, 1);

    private final UNet2DConditionModel model = TinyUNets.plain();
    private final Params side = Params.root("side");
    private final Conv2d conv = side.conv2d("conv", 8, 8, Kernel.SAME_3X3);

    @Test
    void letsNoGradientIntoTheDownPathOfAFrozenNetwork() {
        WeightSet frozen = random.weights(model.layout());
        WeightSet trained = random.weights(side.layout()).requiringGrad(scope);

        Tensors out = Executable.load(scope, graph()).run(scope, frozen.with(trained), inputs(scope), Mode.TRAIN);

        assertThat(Gradients.flowThrough(scope, out.get("down"))).isFalse();
        assertThat(Gradients.flowThrough(scope, out.get("mid"))).isFalse();
        assertThat(Gradients.flowThrough(scope, out.get("up"))).isTrue();
        Gradients.backward(out.get("loss"));
        assertThat(trained.array("conv.weight").getGradient().abs().sum().getFloat()).isPositive();
    }

    @Test
    void learnsWithoutGrowing() {
        Executable<Tensors, Tensors> graph = Executable.load(scope, graph());
        WeightSet frozen = random.weights(model.layout());
        WeightSet trained = random.weights(side.layout()).requiringGrad(scope);
        AdamW adam = new AdamW(scope, trained, AdamW.Settings.TORCH);
        Tensors in = inputs(scope);
        List<Double> losses = new ArrayList<>();
        int before = scope.size();

        ResidentMemory.requireFlat(100, () -> {
            try (TensorScope step = TensorScope.open(scope)) {
                NDArray loss = graph.run(step, frozen.with(trained), in, Mode.TRAIN).get("loss");
                losses.add((double) loss.getFloat());
                Gradients.backward(loss);
                adam.step(step, 0.01);
            }
        });

        assertThat(losses.get(149)).isLessThan(0.9 * losses.get(0));
        assertThat(scope.size()).isEqualTo(before);
    }

    private Graph graph() {
        UNetValues in = UNetValues.inputs(model.config());
        FeatureMap target = FeatureMap.input("target", 4);
        Map<String, Value> outputs = new LinkedHashMap<>();
        FeatureMap prediction = model.apply(in, Variant.of((point, h, embedding) -> {
            outputs.put(point.path().name().toLowerCase(Locale.ROOT), h);
            return point.equals(PLACE) ? h.plus(conv.apply(h.detach().silu())) : h;
        }));
        outputs.put("loss", prediction.minus(target).square().mean());
        List<Value> inputs = new ArrayList<>(in.inOrder());
        inputs.add(target);
        return Graph.of(inputs, outputs);
    }

    private Tensors inputs(TensorScope owner) {
        UNetTensors in = new UNetTensors(random.normal(2, 4, 8, 8), owner.floats(new float[] {300, 600}, 2),
                random.normal(2, 5, 12));
        Map<String, NDArray> arrays = new LinkedHashMap<>(in.byName());
        arrays.put("target", random.normal(2, 4, 8, 8));
        return new Tensors(arrays);
    }
}
