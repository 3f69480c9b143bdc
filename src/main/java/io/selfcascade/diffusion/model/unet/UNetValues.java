package io.selfcascade.diffusion.model.unet;

import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Scalar;
import io.selfcascade.diffusion.graph.Tokens;
import io.selfcascade.diffusion.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a UNet takes, as symbols.
 *
 * @param sample noised latent, (B, in, H, W)
 * @param timestep (B), 0..999, larger is noisier; may be fractional
 * @param context text, (B, N, crossAttentionDim)
 * @param pooledText (B, pooledTextDim); null without an addition embedding
 * @param timeIds picture sizes, (B, 6); null without an addition embedding
 */
public record UNetValues(
        FeatureMap sample, Scalar timestep, Tokens context, @Nullable Embedding pooledText, @Nullable Embedding timeIds) {

    static final String SAMPLE = "sample";
    static final String TIMESTEP = "timestep";
    static final String CONTEXT = "context";
    static final String POOLED_TEXT = "pooled_text";
    static final String TIME_IDS = "time_ids";

    /** Inputs of a graph, for a UNet of these sizes. */
    public static UNetValues inputs(UNet2DConditionConfig config) {
        UNet2DConditionConfig.Addition addition = config.addition();
        return new UNetValues(FeatureMap.input(SAMPLE, config.inChannels()), Scalar.input(TIMESTEP),
                Tokens.input(CONTEXT, config.crossAttentionDim()),
                addition == null ? null : Embedding.input(POOLED_TEXT, addition.pooledTextDim()),
                addition == null ? null : Embedding.exactInput(TIME_IDS, UNet2DConditionConfig.Addition.SIZES));
    }

    /** In calling order. */
    public List<Value> inOrder() {
        List<Value> values = new ArrayList<>(List.of(sample, timestep, context));
        if (pooledText != null && timeIds != null) {
            values.add(pooledText);
            values.add(timeIds);
        }
        return values;
    }
}
