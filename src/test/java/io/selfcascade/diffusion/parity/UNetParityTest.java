package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Gradients;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.Value;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.unet.UNet2DConditionConfig;
import io.selfcascade.diffusion.model.unet.UNet2DConditionModel;
import io.selfcascade.diffusion.model.unet.UNetTensors;
import io.selfcascade.diffusion.model.unet.UNetValues;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UNet2DConditionModel, whole: odd latents, different timesteps and texts in one batch, and a training step. */
class UNetParityTest extends NativeRun {

    private static final double TEXT_MARGIN = 100;

    @ParameterizedTest
    @CsvSource({"tiny-eps, 45x80", "tiny-eps, 9x11", "tiny-eps, 8x8", "tiny-eps, 7x5",
            "tiny-v, 45x80", "tiny-v, 9x11", "tiny-v, 8x8", "tiny-v, 7x5"})
    void predictsTheSame(String model, String size) {
        int index = List.of("45x80", "9x11", "8x8", "7x5").indexOf(size);
        Reference reference = Reference.open(model + "/reference.safetensors");

        float[] actual = predict(model, reference, index, array(reference, "unet." + index + ".context"));

        Judge.agrees(model + " · unet · " + size, actual, reference.floats("unet." + index + ".output"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void listensToEveryWord(String model) {
        Reference reference = Reference.open(model + "/reference.safetensors");
        NDArray states = array(reference, "text.states");

        float[] red = predict(model, reference, 0, scope.adopt(states.get("0:1")));
        float[] green = predict(model, reference, 0, scope.adopt(states.get("1:2")));

        assertThat(Judge.tolerances(green, red)).isGreaterThan(TEXT_MARGIN);
        Judge.agrees(model + " · unet · another word", green, reference.floats("unet.word.output"));
    }

    @Test
    void embedsPooledTextAndPictureSizesAsXlDoes() {
        Reference reference = Reference.open("tiny-xl/reference.safetensors");
        UNet2DConditionModel unet = model("tiny-xl");

        NDArray output = unet.load(scope, Variant.NONE).run(scope, weights("tiny-xl", unet), new UNetTensors(
                array(reference, "sample"), timesteps(reference, "timestep"), array(reference, "context"),
                array(reference, "pooled_text"), array(reference, "time_ids")), Mode.INFER);

        Judge.agrees("tiny-xl · unet · 7x10", TensorScope.toFloats(output), reference.floats("output"));
    }

    @Test
    void learnsFromTheSameGradients() {
        Reference reference = Reference.open("tiny-v/reference.safetensors");
        UNet2DConditionModel unet = model("tiny-v");
        WeightSet weights = weights("tiny-v", unet).requiringGrad(scope);
        UNetValues in = UNetValues.inputs(unet.config());
        FeatureMap target = FeatureMap.input("target", unet.config().outChannels());
        List<Value> inputs = new ArrayList<>(in.inOrder());
        inputs.add(target);
        Graph graph = Graph.of(inputs, "loss", unet.apply(in, Variant.NONE).minus(target).square().mean());
        Map<String, NDArray> arrays = new HashMap<>(new UNetTensors(array(reference, "grad.sample"),
                timesteps(reference, "grad.timestep"), array(reference, "grad.context")).byName());
        arrays.put("target", array(reference, "grad.target"));

        NDArray loss = Executable.load(scope, graph).run(scope, weights, new Tensors(arrays), Mode.TRAIN).only();
        Gradients.backward(loss);

        Judge.agrees("tiny-v · training · loss", new float[] {loss.getFloat()}, reference.floats("grad.loss"));
        for (String name : reference.names()) {
            if (name.startsWith("grad.") && name.matches(".*\\.(weight|bias)")) {
                String key = name.substring("grad.".length());
                NDArray gradient = scope.adopt(weights.array(key).getGradient());
                Judge.agrees("tiny-v · training · gradient of " + key,
                        TensorScope.toFloats(gradient), reference.floats(name));
            }
        }
    }

    private float[] predict(String model, Reference reference, int index, NDArray context) {
        UNet2DConditionModel unet = model(model);
        NDArray output = unet.load(scope, Variant.NONE).run(scope, weights(model, unet), new UNetTensors(
                array(reference, "unet." + index + ".sample"), timesteps(reference, "unet." + index + ".timestep"),
                context), Mode.INFER);
        return TensorScope.toFloats(output);
    }

    private static UNet2DConditionModel model(String name) {
        DiffusersFolder folder = DiffusersFolder.open(Reference.path(name));
        UNet2DConditionConfig config = UNet2DConditionConfig.of(folder.config(DiffusersFolder.UNET));
        return new UNet2DConditionModel(Params.root("unet"), config);
    }

    private WeightSet weights(String name, UNet2DConditionModel unet) {
        DiffusersFolder folder = DiffusersFolder.open(Reference.path(name));
        try (CheckpointWeights checkpoint = folder.weights(DiffusersFolder.UNET)) {
            return weights(unet.layout(), checkpoint);
        }
    }

    private NDArray timesteps(Reference reference, String key) {
        long[] timesteps = reference.longs(key);
        float[] values = new float[timesteps.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = timesteps[i];
        }
        return scope.floats(values, values.length);
    }
}
