package io.selfcascade.diffusion.evaluation;

import io.selfcascade.diffusion.scenes.Picture;

/** The energy of a picture above half its Nyquist frequency: what an upsampled picture lacks. */
public final class HighFrequency {

    private static final double[] BINOMIAL = {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0};

    private HighFrequency() {}

    /**
     * Mean square of the finest level of the luminance's Laplacian pyramid (the picture minus its binomial blur, whose
     * response falls to a half near half the Nyquist frequency); edges are replicated.
     */
    public static double energy(Picture picture) {
        int width = picture.width();
        int height = picture.height();
        double[] luminance = luminance(picture);
        double[] blurred = blur(blur(luminance, width, height, 1, 0), width, height, 0, 1);
        double sum = 0;
        for (int i = 0; i < luminance.length; i++) {
            sum += (luminance[i] - blurred[i]) * (luminance[i] - blurred[i]);
        }
        return sum / luminance.length;
    }

    private static double[] luminance(Picture picture) {
        int plane = picture.width() * picture.height();
        float[] rgb = picture.rgb();
        double[] luminance = new double[plane];
        for (int i = 0; i < plane; i++) {
            luminance[i] = 0.299 * rgb[i] + 0.587 * rgb[plane + i] + 0.114 * rgb[2 * plane + i];
        }
        return luminance;
    }

    private static double[] blur(double[] from, int width, int height, int dx, int dy) {
        double[] to = new double[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double sum = 0;
                for (int k = -2; k <= 2; k++) {
                    int column = Math.max(0, Math.min(width - 1, x + k * dx));
                    int row = Math.max(0, Math.min(height - 1, y + k * dy));
                    sum += BINOMIAL[k + 2] * from[row * width + column];
                }
                to[y * width + x] = sum;
            }
        }
        return to;
    }
}
