package io.selfcascade.diffusion.parity;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.Value;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single blocks of diffusers: the smallest place a definition can differ. */
class BlockParityTest extends NativeRun {

    private static final int EMBEDDING = 20;

    @ParameterizedTest
    @CsvSource({"resnet, 8, 12, 4, 1e-3", "resnet_same, 12, 12, 6, 1e-5"})
    void computesAResnetBlock(String name, int in, int out, int groups, double epsilon) {
        Params params = Params.root(name);
        ResnetBlock2D block = new ResnetBlock2D(params, in, out, EMBEDDING, new NormConfig(groups, epsilon));
        FeatureMap x = FeatureMap.input("x", in);
        Embedding emb = Embedding.input("emb", EMBEDDING);

        agrees(name, params, List.of(x, emb), block.apply(x, emb));
    }

    @ParameterizedTest
    @CsvSource({"cos, true, 0", "cos, true, 1", "sin, false, 0", "sin, false, 1"})
    void spreadsATimestepOverSinusoids(String first, boolean flip, int shift) {
        Reference time = Reference.open("blocks/time.safetensors");
        Scalar t = Scalar.input("timesteps");

        float[] sinusoids = run(Graph.of(List.of(t), "y", t.sinusoidal(32, flip, shift)), WeightSet.NONE,
                Map.of("timesteps", array(time, "timesteps")));

        String key = "sinusoid." + first + "." + shift;
        Judge.agrees("block · " + key, sinusoids, time.floats(key));
    }

    private void agrees(String name, Params params, List<? extends Value> inputs, FeatureMap y) {
        Reference block = Reference.open("blocks/" + name + ".safetensors");
        Graph graph = Graph.of(inputs, "y", y);
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        graph.inputs().keySet().forEach(input -> arrays.put(input, array(block, input)));

        float[] actual = run(graph, weights(name, params), arrays);

        Judge.agrees("block · " + name, actual, block.floats("y"));
    }

    private WeightSet weights(String name, Params params) {
        try (CheckpointWeights file = CheckpointWeights.open(Reference.path("blocks"), name + ".weights", null)) {
            return weights(params.layout(), file);
        }
    }
}
