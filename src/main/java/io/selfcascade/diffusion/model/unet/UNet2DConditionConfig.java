package io.selfcascade.diffusion.model.unet;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sizes of a UNet2DConditionModel, as in its {@code config.json}. Lists go from the largest map to the smallest.
 *
 * @param inChannels of the latent taken
 * @param outChannels of the prediction
 * @param sampleSize side of the latents it was trained on
 * @param blockOutChannels channels of each level
 * @param downAttention whether each down block attends to the text
 * @param upAttention whether each up block does, from the smallest map to the largest
 * @param layersPerBlock residual blocks per down block; up blocks have one more
 * @param transformerLayers transformer blocks per attention of each level; the middle has the last
 * @param heads attention heads of each level (the file calls this attention_head_dim); the middle has the last
 * @param crossAttentionDim channels of the text
 * @param linearProjection whether attention projects by linear maps instead of 1x1 convolutions
 * @param normGroups groups of every group normalisation
 * @param normEpsilon epsilon of the residual blocks' normalisations
 * @param flipSinToCos whether timestep embeddings begin with cosines
 * @param freqShift of the timestep embedding
 * @param centerInput whether latents in [0, 1] are first moved to [-1, 1]
 * @param addition a further embedding of pooled text and picture sizes; null if there is none
 */
public record UNet2DConditionConfig(
        int inChannels,
        int outChannels,
        int sampleSize,
        List<Integer> blockOutChannels,
        List<Boolean> downAttention,
        List<Boolean> upAttention,
        int layersPerBlock,
        List<Integer> transformerLayers,
        List<Integer> heads,
        int crossAttentionDim,
        boolean linearProjection,
        int normGroups,
        double normEpsilon,
        boolean flipSinToCos,
        double freqShift,
        boolean centerInput,
        @Nullable Addition addition) {

    /**
     * Stable Diffusion XL's further embedding.
     *
     * @param timeEmbedDim channels each picture size is embedded in
     * @param projectionDim channels of the pooled text and all embedded sizes together
     */
    public record Addition(int timeEmbedDim, int projectionDim) {

        /** Numbers in a picture-size vector: original, crop and target, two each. */
        public static final int SIZES = 6;

        /** Channels of the pooled text. */
        public int pooledTextDim() {
            return projectionDim - SIZES * timeEmbedDim;
        }
    }

    public UNet2DConditionConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        downAttention = List.copyOf(downAttention);
        upAttention = List.copyOf(upAttention);
        transformerLayers = List.copyOf(transformerLayers);
        heads = List.copyOf(heads);
        int levels = blockOutChannels.size();
        if (levels == 0 || downAttention.size() != levels || upAttention.size() != levels
                || transformerLayers.size() != levels || heads.size() != levels) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Invalid UNet config: " + levels
                    + " levels, but " + downAttention.size() + " down blocks, " + upAttention.size() + " up blocks, "
                    + transformerLayers.size() + " transformer depths, " + heads.size() + " head counts (expected equal)");
        }
    }

    /**
     * Reads the values of a {@code config.json}.
     *
     * @param json numbers, strings, booleans, lists and nulls by key
     * @throws CascadeException CHECKPOINT_UNSUPPORTED, naming the key, if a value asks for what this UNet has not
     */
    public static UNet2DConditionConfig of(Map<String, Object> json) {
        return new UNetConfigReader(json).read();
    }

    /** Levels of the network. */
    public int levels() {
        return blockOutChannels.size();
    }

    /** Channels of the time embedding. */
    public int embeddingChannels() {
        return 4 * blockOutChannels.get(0);
    }
}
