package io.selfcascade.diffusion.model.vae;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;

/**
 * Between raw latents, as the VAE makes them, and scaled ones, of about unit variance, as the UNet works on:
 * scaled = (raw - mean) · factor / std, with mean and std per channel or one shift for all.
 *
 * @param factor {@code scaling_factor}
 * @param shift {@code shift_factor}, used where there is no mean per channel
 * @param mean {@code latents_mean}; empty, or one number per channel
 * @param std {@code latents_std}; empty, or one number per channel
 */
public record LatentScaling(double factor, double shift, List<Double> mean, List<Double> std) {

    public LatentScaling {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (!(factor > 0) || mean.size() != std.size() || std.stream().anyMatch(s -> !(s > 0))) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Invalid latent scaling: factor " + factor
                    + ", " + mean.size() + " means, deviations " + std + " (expected positive, one each per channel)");
        }
    }

    /**
     * From the VAE to the UNet.
     *
     * @param raw (channels, cells) row-major; not changed
     * @return scaled latent, a new array
     */
    public float[] scale(float[] raw, int channels) {
        float[] scaled = new float[raw.length];
        int cells = cells(raw, channels);
        for (int i = 0; i < raw.length; i++) {
            scaled[i] = (float) ((raw[i] - center(i / cells)) * factor / spread(i / cells));
        }
        return scaled;
    }

    /**
     * From the UNet to the VAE.
     *
     * @param scaled (channels, cells) row-major; not changed
     * @return raw latent, a new array
     */
    public float[] unscale(float[] scaled, int channels) {
        float[] raw = new float[scaled.length];
        int cells = cells(scaled, channels);
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (float) (scaled[i] * spread(i / cells) / factor + center(i / cells));
        }
        return raw;
    }

    private double center(int channel) {
        return mean.isEmpty() ? shift : mean.get(channel);
    }

    private double spread(int channel) {
        return std.isEmpty() ? 1 : std.get(channel);
    }

    private int cells(float[] latent, int channels) {
        if (channels < 1 || latent.length % channels != 0 || !mean.isEmpty() && mean.size() != channels) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH,
                    "Cannot scale latent: " + latent.length + " numbers in " + channels + " channels");
        }
        return latent.length / channels;
    }
}
