package io.selfcascade.diffusion.parity;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.Tokens;
import io.selfcascade.diffusion.graph.Value;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.nn.Downsample2D;
import io.selfcascade.diffusion.nn.ResnetBlock2D;
import io.selfcascade.diffusion.nn.TimestepEmbedding;
import io.selfcascade.diffusion.nn.Transformer2DModel;
import io.selfcascade.diffusion.nn.Upsample2D;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single blocks of diffusers: the smallest place a definition can differ. */
class BlockParityTest extends NativeRun {

    private static final int EMBEDDING = 20;
    private static final int CONTEXT = 12;

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
    @CsvSource({"transformer_conv, 2, 1, false, 4", "transformer_linear, 4, 2, true, 8"})
    void computesATransformer(String name, int heads, int layers, boolean linear, int groups) {
        Params params = Params.root(name);
        Transformer2DModel block = new Transformer2DModel(params, 16, CONTEXT, heads, layers, linear, groups);
        FeatureMap x = FeatureMap.input("x", 16);
        Tokens context = Tokens.input("context", CONTEXT);

        agrees(name, params, List.of(x, context), block.apply(x, context, 1));
    }

    @Test
    void halvesAMapAsTheUNetDoes() {
        Params params = Params.root("downsample");
        FeatureMap x = FeatureMap.input("x", 8);

        agrees("downsample", params, List.of(x), Downsample2D.padded(params, 8).apply(x));
    }

    @Test
    void halvesAMapAsTheVaeDoes() {
        Params params = Params.root("downsample_vae");
        FeatureMap x = FeatureMap.input("x", 8);

        agrees("downsample_vae", params, List.of(x), Downsample2D.asymmetric(params, 8).apply(x));
    }

    @Test
    void doublesAMap() {
        Params params = Params.root("upsample");
        FeatureMap x = FeatureMap.input("x", 8);

        agrees("upsample", params, List.of(x), new Upsample2D(params, 8).apply(x));
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

    @Test
    void embedsATimestep() {
        Reference time = Reference.open("blocks/time.safetensors");
        Params params = Params.root("time");
        Scalar t = Scalar.input("timesteps");
        Embedding y = new TimestepEmbedding(params, 32, 48).apply(t.sinusoidal(32, true, 0));

        float[] embedding = run(Graph.of(List.of(t), "y", y), weights("time", params),
                Map.of("timesteps", array(time, "timesteps")));

        Judge.agrees("block · time embedding", embedding, time.floats("embedding"));
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
