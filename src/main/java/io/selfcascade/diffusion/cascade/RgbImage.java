package io.selfcascade.diffusion.cascade;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;

/**
 * A picture of 8 bits per channel.
 *
 * @param rgb red, green, blue of each pixel, row by row; not copied, so not to be changed by anyone
 */
public record RgbImage(int width, int height, byte[] rgb) {

    private static final int CHANNELS = 3;

    public RgbImage {
        if (rgb.length != Math.multiplyExact(CHANNELS, Math.multiplyExact(width, height))) {
            throw new CascadeException(ErrorCode.INVALID_IMAGE,
                    "Invalid picture: " + rgb.length + " bytes for " + width + "x" + height);
        }
    }

    /**
     * Rounds what a VAE decoded.
     *
     * @param planes (3, height, width), nominally [-1, 1]; clamped
     */
    public static RgbImage ofPlanes(float[] planes, ImageSize size) {
        byte[] rgb = new byte[planes.length];
        int pixels = Math.toIntExact(size.pixels());
        for (int i = 0; i < planes.length; i++) {
            double unit = Math.max(0, Math.min(1, planes[i] / 2.0 + 0.5));
            rgb[i % pixels * CHANNELS + i / pixels] = (byte) Math.rint(255 * unit);
        }
        return new RgbImage(size.width(), size.height(), rgb);
    }

    /** What a VAE encodes: (3, height, width) in [-1, 1], a new array. */
    public float[] toPlanes() {
        float[] planes = new float[rgb.length];
        int pixels = width * height;
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (float) ((rgb[i % pixels * CHANNELS + i / pixels] & 0xff) / 127.5 - 1);
        }
        return planes;
    }

    public ImageSize size() {
        return new ImageSize(width, height);
    }
}
