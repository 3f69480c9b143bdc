package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * The name of one draw: whoever knows it gets the same values, on any machine and in any batch.
 *
 * @param seed the item's 64-bit noise seed
 * @param stage index of the stage in its plan
 * @param step index of the step in the walk; 0 for draws made before it
 * @param channels of the latent
 * @param height of the latent, in cells
 * @param width of the latent, in cells
 */
public record NoiseKey(long seed, int stage, int step, Purpose purpose, int channels, int height, int width) {

    public NoiseKey {
        if (stage < 0 || step < 0 || channels < 1 || height < 1 || width < 1) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Invalid draw: stage " + stage + ", step " + step
                    + ", " + channels + " x " + height + " x " + width + " (expected positive sizes)");
        }
    }

    /** Number of values drawn. */
    public int count() {
        return Math.multiplyExact(channels, Math.multiplyExact(height, width));
    }
}
