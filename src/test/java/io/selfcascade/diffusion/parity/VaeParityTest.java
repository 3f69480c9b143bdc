package io.selfcascade.diffusion.parity;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.vae.AutoencoderKl;
import io.selfcascade.diffusion.model.vae.AutoencoderKlConfig;
import io.selfcascade.diffusion.model.vae.TileFunction;
import io.selfcascade.diffusion.model.vae.VaeTiling;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AutoencoderKL: moments of a picture, pictures of latents, whole and in tiles. */
class VaeParityTest extends NativeRun {

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void encodesToTheSameMoments(String name) {
        Reference reference = Reference.open(name + "/reference.safetensors");
        AutoencoderKl vae = model(name);
        WeightSet weights = weights(name, vae);
        FeatureMap moments = FeatureMap.input("moments", 2 * vae.config().latentChannels());
        Graph split = Graph.of(List.of(moments), Map.of("mean", vae.mean(moments), "logvar", vae.logVariance(moments)));

        NDArray encoded = vae.loadEncoder(scope).run(scope, weights, array(reference, "vae.image"), Mode.INFER);
        Tensors parts = Executable.load(scope, split)
                .run(scope, WeightSet.NONE, new Tensors(Map.of("moments", encoded)), Mode.INFER);

        agrees(name + " · vae · moments", encoded, reference, "vae.moments");
        agrees(name + " · vae · mean", parts.get("mean"), reference, "vae.mean");
        agrees(name + " · vae · logvar", parts.get("logvar"), reference, "vae.logvar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-eps", "tiny-v"})
    void decodesToTheSamePicture(String name) {
        Reference reference = Reference.open(name + "/reference.safetensors");
        AutoencoderKl vae = model(name);

        NDArray picture = vae.loadDecoder(scope)
                .run(scope, weights(name, vae), array(reference, "vae.latent"), Mode.INFER);

        agrees(name + " · vae · decode 9x11", picture, reference, "vae.decoded");
    }

    @Test
    void decodesAWideLatent() {
        Reference reference = Reference.open("tiny-v/reference.safetensors");
        AutoencoderKl vae = model("tiny-v");

        NDArray picture = vae.loadDecoder(scope)
                .run(scope, weights("tiny-v", vae), array(reference, "vae.wide.latent"), Mode.INFER);

        float[] rows = everyRow(TensorScope.toFloats(picture), 3, 180, 320, 11);
        Judge.agrees("tiny-v · vae · decode 45x80", rows, reference.floats("vae.wide.rows"));
    }

    @Test
    void decodesAndEncodesInTheSameTiles() {
        Reference reference = Reference.open("tiny-eps/reference.safetensors");
        AutoencoderKl vae = model("tiny-eps");
        WeightSet weights = weights("tiny-eps", vae);
        VaeTiling tiling = VaeTiling.of(vae.config());

        float[] picture = tiling.decode(reference.floats("vae.tiled.latent"), 11, 14, 3,
                tile(vae.loadDecoder(scope), weights, 4));
        float[] moments = tiling.encode(reference.floats("vae.tiled.decoded"), 88, 112, 8,
                tile(vae.loadEncoder(scope), weights, 3));

        Judge.agrees("tiny-eps · vae · decode 11x14 in tiles", picture, reference.floats("vae.tiled.decoded"));
        Judge.agrees("tiny-eps · vae · encode 88x112 in tiles", moments, reference.floats("vae.tiled.moments"));
    }

    private TileFunction tile(Executable<NDArray, NDArray> network, WeightSet weights, int channels) {
        return (tile, height, width) -> TensorScope.toFloats(
                network.run(scope, weights, scope.floats(tile, 1, channels, height, width), Mode.INFER));
    }

    private static float[] everyRow(float[] picture, int channels, int height, int width, int stride) {
        int rows = (height + stride - 1) / stride;
        float[] kept = new float[channels * rows * width];
        for (int i = 0; i < channels * rows; i++) {
            int from = (i / rows * height + i % rows * stride) * width;
            System.arraycopy(picture, from, kept, i * width, width);
        }
        return kept;
    }

    private static void agrees(String what, NDArray actual, Reference reference, String key) {
        Judge.agrees(what, TensorScope.toFloats(actual), reference.floats(key));
    }

    private static AutoencoderKl model(String name) {
        DiffusersFolder folder = DiffusersFolder.open(Reference.path(name));
        return new AutoencoderKl(Params.root("vae"), AutoencoderKlConfig.of(folder.config(DiffusersFolder.VAE)));
    }

    private WeightSet weights(String name, AutoencoderKl vae) {
        try (CheckpointWeights weights = DiffusersFolder.open(Reference.path(name)).weights(DiffusersFolder.VAE)) {
            return weights(vae.layout(), weights);
        }
    }
}
