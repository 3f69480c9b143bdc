package io.selfcascade.diffusion.model.unet;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Conv2d;
import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.GroupNorm;
import io.selfcascade.diffusion.graph.Kernel;
import io.selfcascade.diffusion.graph.NormConfig;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.nn.TimestepEmbedding;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The UNet2DConditionModel of diffusers in the shapes of Stable Diffusion 1.x, 2.x and XL: a definition, holding no
 * weights. Every graph and variant made from one instance shares its layout.
 */
public final class UNet2DConditionModel {

    private static final String OUTPUT = "sample";

    private final UNet2DConditionConfig config;
    private final ParameterLayout layout;
    private final Conv2d convIn;
    private final TimestepEmbedding timeEmbedding;
    private final @Nullable TimestepEmbedding addEmbedding;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Conv2d convOut;

    /** @param root a scope no other model's parameters are in */
    public UNet2DConditionModel(Params root, UNet2DConditionConfig config) {
        this.config = config;
        int first = config.blockOutChannels().get(0);
        int embedding = config.embeddingChannels();
        UNet2DConditionConfig.Addition addition = config.addition();
        convIn = root.conv2d("conv_in", config.inChannels(), first, Kernel.SAME_3X3);
        timeEmbedding = new TimestepEmbedding(root.at("time_embedding"), first, embedding);
        addEmbedding = addition == null ? null
                : new TimestepEmbedding(root.at("add_embedding"), addition.projectionDim(), embedding);
        for (int level = 0; level < config.levels(); level++) {
            downBlocks.add(new DownBlock(root.at("down_blocks", level), config, level));
        }
        midBlock = new MidBlock(root.at("mid_block"), config);
        for (int block = 0; block < config.levels(); block++) {
            upBlocks.add(new UpBlock(root.at("up_blocks", block), config, block));
        }
        convNormOut = root.groupNorm("conv_norm_out", first, new NormConfig(config.normGroups(), config.normEpsilon()));
        convOut = root.conv2d("conv_out", first, config.outChannels(), Kernel.SAME_3X3);
        layout = root.layout();
    }

    public UNet2DConditionConfig config() {
        return config;
    }

    /** Keys and shapes of all weights. */
    public ParameterLayout layout() {
        return layout;
    }

    /**
     * The whole network.
     *
     * @return the prediction, (B, out, H, W)
     */
    public FeatureMap apply(UNetValues in, Variant variant) {
        Conditioning given = new Conditioning(embed(in), in.context(), variant);
        Deque<FeatureMap> skips = new ArrayDeque<>();
        FeatureMap h = midBlock.apply(down(in, given, skips), given);
        for (UpBlock block : upBlocks) {
            h = block.apply(h, given, skips);
        }
        return convOut.apply(convNormOut.apply(h).silu());
    }

    /** The graph of the whole network: {@link UNetValues} to {@code sample}. */
    public Graph graph(Variant variant) {
        UNetValues in = UNetValues.inputs(config);
        return Graph.of(in.inOrder(), OUTPUT, apply(in, variant));
    }

    /**
     * The graph of the maps at some points, each output named by {@link Point#toString}. What they do not need is
     * left out: for skips, the middle and the whole up path.
     *
     * @throws CascadeException GRAPH_INVALID if the network has no such point
     */
    public Graph taps(Collection<Point> points) {
        UNetValues in = UNetValues.inputs(config);
        Map<Point, FeatureMap> found = new LinkedHashMap<>();
        apply(in, Variant.of((point, h, embedding) -> {
            found.put(point, h);
            return h;
        }));
        Map<String, FeatureMap> outputs = new LinkedHashMap<>();
        for (Point point : points) {
            FeatureMap h = found.get(point);
            if (h == null) {
                throw new CascadeException(ErrorCode.GRAPH_INVALID,
                        "Cannot tap " + point + ": the network has " + found.keySet() + " (use one of these)");
            }
            outputs.put(point.toString(), h);
        }
        return Graph.of(in.inOrder(), outputs);
    }

    /** Channels of the map at every point, in the order they are computed. */
    public Map<Point, Integer> pointChannels() {
        Map<Point, Integer> channels = new LinkedHashMap<>();
        apply(UNetValues.inputs(config), Variant.of((point, h, embedding) -> {
            channels.put(point, h.channels());
            return h;
        }));
        return channels;
    }

    /**
     * Loads the network; each run is one native call.
     *
     * @return from tensors to the prediction, (B, out, H, W) float32, owned by the scope of the run
     */
    public Executable<UNetTensors, NDArray> load(TensorScope owner, Variant variant) {
        return Executable.load(owner, graph(variant), UNetTensors::tensors, Tensors::only);
    }

    private FeatureMap down(UNetValues in, Conditioning given, Deque<FeatureMap> skips) {
        FeatureMap sample = config.centerInput() ? in.sample().times(2).plus(-1) : in.sample();
        FeatureMap h = convIn.apply(sample);
        skips.push(given.hooked(Point.skip(0, 0), h));
        for (DownBlock block : downBlocks) {
            h = block.apply(h, given, skips);
        }
        return h;
    }

    private Embedding embed(UNetValues in) {
        int size = config.blockOutChannels().get(0);
        Embedding time = timeEmbedding.apply(in.timestep().sinusoidal(size, config.flipSinToCos(), config.freqShift()));
        UNet2DConditionConfig.Addition addition = config.addition();
        if (addEmbedding == null || addition == null) {
            return time;
        }
        if (in.pooledText() == null || in.timeIds() == null) {
            throw new CascadeException(ErrorCode.GRAPH_INVALID,
                    "Cannot apply UNet: it embeds pooled text and picture sizes, none are given (use UNetValues.inputs)");
        }
        Embedding sizes = in.timeIds().sinusoidalOfEach(addition.timeEmbedDim(), config.flipSinToCos(), config.freqShift());
        return time.plus(addEmbedding.apply(in.pooledText().concat(sizes)));
    }
}
