package io.selfcascade.diffusion.graph;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A way of building a network other than plainly. Variants share the parameter layout of the plain network.
 * Equality (hooks by identity) makes it a cache key.
 *
 * @param hook what happens at the network's points
 * @param dilations factor of the 3x3 convolutions within the block a {@link Point#down}, {@link Point#mid} or
 *     {@link Point#up} names
 * @param attentionScaling factor on the logits of self-attention
 */
public record Variant(FeatureHook hook, Map<Point, Integer> dilations, double attentionScaling) {

    /** The plain network. */
    public static final Variant NONE = new Variant(FeatureHook.NONE, Map.of(), 1);

    public Variant {
        dilations = Map.copyOf(dilations);
    }

    public static Variant of(FeatureHook hook) {
        return new Variant(hook, Map.of(), 1);
    }

    /**
     * Dilates the convolutions of whole blocks.
     *
     * @see <a href="https://arxiv.org/abs/2310.07702">He et al. 2023, ScaleCrafter</a>
     */
    public static Variant dilated(Collection<Point> blocks, int factor) {
        Map<Point, Integer> dilations = new LinkedHashMap<>();
        blocks.forEach(block -> dilations.put(block, factor));
        return new Variant(FeatureHook.NONE, dilations, 1);
    }

    /** Sharpens or softens self-attention. */
    public static Variant attentionScaled(double factor) {
        return new Variant(FeatureHook.NONE, Map.of(), factor);
    }

    /** Dilation of the convolutions in a block; 1 is none. */
    public int dilation(Point block) {
        return dilations.getOrDefault(block, 1);
    }
}
