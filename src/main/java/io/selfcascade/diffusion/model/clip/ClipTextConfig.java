package io.selfcascade.diffusion.model.clip;

import io.selfcascade.diffusion.checkpoint.ConfigValues;
import io.selfcascade.spec.CascadeException;
import java.util.Map;

/**
 * Sizes of a CLIPTextModel, as in its {@code config.json}.
 *
 * @param positions longest sequence
 * @param quickGelu whether the feed-forward part uses CLIP's GELU rather than the exact one
 * @param eosTokenId the token a pooled text is read from; 2 in old files, where it means the largest id
 * @param projectionDim channels of the pooled text; 0 without a projection
 */
public record ClipTextConfig(
        int vocabSize,
        int positions,
        int hiddenSize,
        int layers,
        int heads,
        int intermediateSize,
        boolean quickGelu,
        double layerNormEps,
        int eosTokenId,
        int projectionDim) {

    /** What older files say the end token is; it is the largest id of the vocabulary instead. */
    private static final int LEGACY_EOS = 2;

    /**
     * Reads the values of a {@code config.json}.
     *
     * @param json numbers, strings, booleans and lists by key
     * @throws CascadeException CHECKPOINT_UNSUPPORTED for another activation; CHECKPOINT_INVALID for a value of the
     *     wrong kind
     */
    public static ClipTextConfig of(Map<String, Object> json) {
        ConfigValues values = new ConfigValues("text_encoder", json);
        String activation = values.text("hidden_act", "quick_gelu");
        values.requireSupported("hidden_act", activation, activation.equals("quick_gelu") || activation.equals("gelu"));
        boolean projects = json.get("architectures") != null
                && json.get("architectures").toString().contains("CLIPTextModelWithProjection");
        return new ClipTextConfig(
                values.integer("vocab_size", 49408), values.integer("max_position_embeddings", 77),
                values.integer("hidden_size", 512), values.integer("num_hidden_layers", 12),
                values.integer("num_attention_heads", 8), values.integer("intermediate_size", 2048),
                activation.equals("quick_gelu"), values.number("layer_norm_eps", 1e-5),
                values.integer("eos_token_id", 49407), projects ? values.integer("projection_dim", 512) : 0);
    }

    /** The id a pooled text is read at; -1 for the largest id in the sequence. */
    long pooledId() {
        return eosTokenId == LEGACY_EOS ? -1 : eosTokenId;
    }
}
