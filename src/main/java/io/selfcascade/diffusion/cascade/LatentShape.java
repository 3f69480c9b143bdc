package io.selfcascade.diffusion.cascade;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * Sizes of one item's latent.
 *
 * @param height in cells
 * @param width in cells
 */
public record LatentShape(int channels, int height, int width) {

    public LatentShape {
        if (channels < 1 || height < 1 || width < 1) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH,
                    "Invalid latent: " + channels + " x " + height + " x " + width + " (expected at least 1 each)");
        }
    }

    /** How many numbers it holds. */
    public int count() {
        return Math.multiplyExact(channels, Math.multiplyExact(height, width));
    }

    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
