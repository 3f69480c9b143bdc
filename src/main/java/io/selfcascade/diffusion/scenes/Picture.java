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

    /**
     * The same picture at another size, without interpolation: a side that grows repeats its pixels, a side that
     * shrinks averages the area each new pixel covers.
     */
    public Picture scaled(int toWidth, int toHeight) {
        float[] narrow = new float[3 * height * toWidth];
        for (int row = 0; row < 3 * height; row++) {
            for (int x = 0; x < toWidth; x++) {
                narrow[row * toWidth + x] = mean(rgb, row * width, 1, width, x, toWidth);
            }
        }
        float[] scaled = new float[3 * toHeight * toWidth];
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < toHeight; y++) {
                for (int x = 0; x < toWidth; x++) {
                    scaled[(channel * toHeight + y) * toWidth + x] =
                            mean(narrow, channel * height * toWidth + x, toWidth, height, y, toHeight);
                }
            }
        }
        return new Picture(toWidth, toHeight, scaled);
    }

    /** What place {@code to} of {@code places} holds of a line of {@code count} values, {@code stride} apart. */
    private static float mean(float[] values, int first, int stride, int count, int to, int places) {
        if (places >= count) {
            return values[first + stride * (int) ((2L * to + 1) * count / (2L * places))];
        }
        double from = (double) to * count / places;
        double until = (double) (to + 1) * count / places;
        double sum = 0;
        for (int i = (int) from; i < Math.min(count, Math.ceil(until)); i++) {
            sum += values[first + stride * i] * (Math.min(until, i + 1) - Math.max(from, i));
        }
        return (float) (sum / (until - from));
    }
}
