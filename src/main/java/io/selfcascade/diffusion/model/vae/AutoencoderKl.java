package io.selfcascade.diffusion.model.vae;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The AutoencoderKL of diffusers: a definition, holding no weights. */
public final class AutoencoderKl {

    /** Logarithms of variances are clamped to ± these, as in diffusers. */
    private static final double LEAST_LOG_VARIANCE = -30;
    private static final double MOST_LOG_VARIANCE = 20;
    private static final double EPSILON = 1e-6;
    private static final String PICTURE = "picture";
    private static final String LATENT = "latent";
    private static final String MOMENTS = "moments";

    private final AutoencoderKlConfig config;
    private final ParameterLayout layout;
    private final VaeEncoder encoder;
    private final @Nullable Conv2d quantConv;
    private final @Nullable Conv2d postQuantConv;
    private final VaeDecoder decoder;

    /** @param root a scope no other model's parameters are in */
    public AutoencoderKl(Params root, AutoencoderKlConfig config) {
        this.config = config;
        NormConfig norm = new NormConfig(config.normGroups(), EPSILON);
        int latent = config.latentChannels();
        encoder = new VaeEncoder(root.at("encoder"), config, norm);
        decoder = new VaeDecoder(root.at("decoder"), config, norm);
        quantConv = config.quantConv() ? root.conv2d("quant_conv", 2 * latent, 2 * latent, Kernel.POINTWISE) : null;
        postQuantConv = config.postQuantConv() ? root.conv2d("post_quant_conv", latent, latent, Kernel.POINTWISE) : null;
        layout = root.layout();
    }

    public AutoencoderKlConfig config() {
        return config;
    }

    /** Keys and shapes of all weights. */
    public ParameterLayout layout() {
        return layout;
    }

    /**
     * The distribution of a picture's latent.
     *
     * @param picture (B, 3, H, W) in [-1, 1]
     * @return (B, 2 latent, h, w): mean and logarithm of the variance of the raw latent, unclamped
     */
    public FeatureMap moments(FeatureMap picture) {
        FeatureMap moments = encoder.apply(picture);
        return quantConv == null ? moments : quantConv.apply(moments);
    }

    /** The mean in {@link #moments}, (B, latent, h, w). */
    public FeatureMap mean(FeatureMap moments) {
        return moments.channels(0, config.latentChannels());
    }

    /** The logarithm of the variance in {@link #moments}, clamped to [-30, 20], (B, latent, h, w). */
    public FeatureMap logVariance(FeatureMap moments) {
        return moments.channels(config.latentChannels(), 2 * config.latentChannels())
                .clamp(LEAST_LOG_VARIANCE, MOST_LOG_VARIANCE);
    }

    /**
     * The picture of a latent.
     *
     * @param latent raw, (B, latent, h, w)
     * @return (B, 3, H, W), about [-1, 1]
     */
    public FeatureMap decode(FeatureMap latent) {
        return decoder.apply(postQuantConv == null ? latent : postQuantConv.apply(latent));
    }

    /**
     * Loads the encoder; each run is one native call.
     *
     * @return from a picture, (B, 3, H, W) in [-1, 1], to moments, (B, 2 latent, h, w), owned by the scope of the run
     */
    public Executable<NDArray, NDArray> loadEncoder(TensorScope owner) {
        FeatureMap picture = FeatureMap.input(PICTURE, config.inChannels());
        Graph graph = Graph.of(List.of(picture), MOMENTS, moments(picture));
        return Executable.load(owner, graph, array -> new Tensors(Map.of(PICTURE, array)), Tensors::only);
    }

    /**
     * Loads the decoder; each run is one native call.
     *
     * @return from a raw latent, (B, latent, h, w), to a picture, (B, 3, H, W), owned by the scope of the run
     */
    public Executable<NDArray, NDArray> loadDecoder(TensorScope owner) {
        FeatureMap latent = FeatureMap.input(LATENT, config.latentChannels());
        Graph graph = Graph.of(List.of(latent), PICTURE, decode(latent));
        return Executable.load(owner, graph, array -> new Tensors(Map.of(LATENT, array)), Tensors::only);
    }
}
