package io.selfcascade.diffusion.tensor;

import io.selfcascade.spec.UpsampleKernel;

/**
 * The matrix of PyTorch's bilinear or bicubic (a = -3/4) interpolation along one axis: align_corners false, borders
 * repeated, no antialiasing. DJL's own resizing is antialiased (and its bicubic has a = -1/2): a bicubic pivot would
 * differ at every pixel, a bilinear one wherever it shrinks.
 *
 * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys 1981, Cubic convolution interpolation</a>
 */
final class ResizeWeights {

    private static final double A = -0.75;

    private ResizeWeights() {}

    /** Row-major (to, from): result i is the sum over j of weight (i, j) times value j. */
    static float[] matrix(UpsampleKernel kernel, int from, int to) {
        float[] weights = new float[Math.multiplyExact(to, from)];
        for (int i = 0; i < to; i++) {
            double position = (i + 0.5) * from / to - 0.5;
            int left = (int) Math.floor(position);
            for (int tap = left - 1; tap <= left + 2; tap++) {
                int j = Math.min(Math.max(tap, 0), from - 1);
                weights[i * from + j] += (float) weight(kernel, Math.abs(position - tap));
            }
        }
        return weights;
    }

    private static double weight(UpsampleKernel kernel, double distance) {
        return switch (kernel) {
            case BILINEAR -> Math.max(0, 1 - distance);
            case BICUBIC -> cubic(distance);
        };
    }

    private static double cubic(double distance) {
        if (distance <= 1) {
            return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
        }
        return distance < 2 ? ((distance - 5) * distance + 8) * distance * A - 4 * A : 0;
    }
}
