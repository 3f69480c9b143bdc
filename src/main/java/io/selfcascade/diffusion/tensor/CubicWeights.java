package io.selfcascade.diffusion.tensor;

/**
 * The matrix of PyTorch's bicubic interpolation along one axis: a = -3/4, align_corners false, borders repeated.
 * DJL's own bicubic is another one (antialiased, a = -1/2), which would move every pixel of a pivot.
 *
 * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys 1981, Cubic convolution interpolation</a>
 */
final class CubicWeights {

    private static final double A = -0.75;

    private CubicWeights() {}

    /** Row-major (to, from): result i is the sum over j of weight (i, j) times value j. */
    static float[] matrix(int from, int to) {
        float[] weights = new float[Math.multiplyExact(to, from)];
        for (int i = 0; i < to; i++) {
            double position = (i + 0.5) * from / to - 0.5;
            int left = (int) Math.floor(position);
            for (int tap = left - 1; tap <= left + 2; tap++) {
                int j = Math.min(Math.max(tap, 0), from - 1);
                weights[i * from + j] += (float) weight(Math.abs(position - tap));
            }
        }
        return weights;
    }

    private static double weight(double distance) {
        if (distance <= 1) {
            return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
        }
        return distance < 2 ? ((distance - 5) * distance + 8) * distance * A - 4 * A : 0;
    }
}
