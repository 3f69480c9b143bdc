package io.selfcascade.diffusion.scenes;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * An RGB picture in Java memory.
 *
 * @param width pixels
 * @param height pixels
 * @param rgb three planes (red, green, blue), each {@code height * width} row by row, values in [0, 1]; not copied
 */
public record Picture(int width, int height, float[] rgb) {

    public Picture {
        if (width < 1 || height < 1 || rgb.length != 3 * width * height) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Invalid picture: " + width + " x " + height + " with "
                    + rgb.length + " values (expected three planes of width * height)");
        }
    }

    /** The value of one channel (0 red, 1 green, 2 blue) at a pixel, in [0, 1]. */
    public float at(int channel, int x, int y) {
        return rgb[(channel * height + y) * width + x];
    }
}
