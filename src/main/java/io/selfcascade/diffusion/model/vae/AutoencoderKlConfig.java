package io.selfcascade.diffusion.model.vae;

import io.selfcascade.diffusion.checkpoint.ConfigValues;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.Map;

/**
 * Sizes of an AutoencoderKL, as in its {@code config.json}.
 *
 * @param sampleSize side of the pictures it was trained on, and of a tile
 * @param blockOutChannels channels of each level, the largest map first
 * @param layersPerBlock residual blocks per encoder level; decoder levels have one more
 * @param midAttention whether the middle attends
 * @param quantConv whether moments pass a last 1x1 convolution
 * @param postQuantConv whether latents pass a first one
 * @param scaling from raw latents to those the UNet works on
 * @param forceUpcast whether the weights overflow in 16-bit floats
 */
public record AutoencoderKlConfig(
        int inChannels,
        int outChannels,
        int latentChannels,
        int sampleSize,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int normGroups,
        boolean midAttention,
        boolean quantConv,
        boolean postQuantConv,
        LatentScaling scaling,
        boolean forceUpcast) {

    public AutoencoderKlConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        if (blockOutChannels.isEmpty()) {
            throw new CascadeException(
                    ErrorCode.CHECKPOINT_INVALID, "Invalid vae config: block_out_channels is empty (expected levels)");
        }
    }

    /**
     * Reads the values of a {@code config.json}.
     *
     * @param json numbers, strings, booleans and lists by key
     * @throws CascadeException CHECKPOINT_UNSUPPORTED for blocks this VAE has not; CHECKPOINT_INVALID for a value of
     *     the wrong kind
     */
    public static AutoencoderKlConfig of(Map<String, Object> json) {
        ConfigValues values = new ConfigValues("vae", json);
        values.requireAll("down_block_types", "DownEncoderBlock2D");
        values.requireAll("up_block_types", "UpDecoderBlock2D");
        String activation = values.text("act_fn", "silu");
        values.requireSupported("act_fn", activation, activation.equals("silu"));
        LatentScaling scaling = new LatentScaling(
                values.number("scaling_factor", 0.18215), values.number("shift_factor", 0),
                values.numbers("latents_mean"), values.numbers("latents_std"));
        return new AutoencoderKlConfig(
                values.integer("in_channels", 3), values.integer("out_channels", 3), values.integer("latent_channels", 4),
                values.integer("sample_size", 32), values.numbers("block_out_channels").stream().map(Double::intValue).toList(),
                values.integer("layers_per_block", 1), values.integer("norm_num_groups", 32),
                values.flag("mid_block_add_attention", true), values.flag("use_quant_conv", true),
                values.flag("use_post_quant_conv", true), scaling, values.flag("force_upcast", true));
    }

    /** How many pixels a latent cell stands for per side. */
    public int scaleFactor() {
        return 1 << blockOutChannels.size() - 1;
    }
}
