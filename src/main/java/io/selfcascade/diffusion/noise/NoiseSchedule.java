package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * How much of a clean sample is left at every training timestep: the cumulative products ᾱ_t of the forward process
 * q(z_t | z_0) = N(√ᾱ_t z_0, (1 - ᾱ_t) I). Immutable; held in double precision, applied to float samples.
 *
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, section 3</a>
 */
public final class NoiseSchedule {

    private final double[] alphasCumprod;

    private NoiseSchedule(double[] alphasCumprod) {
        this.alphasCumprod = alphasCumprod;
    }

    /**
     * Builds the schedule a model was trained with.
     *
     * @param start β of timestep 0
     * @param end β of the last timestep
     * @param timesteps T, usually 1000
     * @throws CascadeException CHECKPOINT_INVALID if the ends are not 0 &lt; start &lt;= end &lt; 1 or T is not positive
     */
    public static NoiseSchedule of(BetaSchedule kind, double start, double end, int timesteps) {
        if (timesteps < 1 || !(start > 0 && start <= end && end < 1)) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Invalid noise schedule: beta " + start + " to "
                    + end + " over " + timesteps + " timesteps (expected 0 < start <= end < 1 and at least 1)");
        }
        double[] betas = kind.betas(start, end, timesteps);
        double[] products = new double[timesteps];
        double product = 1;
        for (int t = 0; t < timesteps; t++) {
            product *= 1 - betas[t];
            products[t] = product;
        }
        return new NoiseSchedule(products);
    }

    /** T, the number of training timesteps; timesteps run from 0 (almost clean) to T - 1 (almost noise). */
    public int timesteps() {
        return alphasCumprod.length;
    }

    /**
     * ᾱ_t, between 0 and 1.
     *
     * @throws CascadeException INVALID_STAGE if t is not one of 0..T-1
     */
    public double alphaBar(int timestep) {
        if (timestep < 0 || timestep >= alphasCumprod.length) {
            throw new CascadeException(ErrorCode.INVALID_STAGE,
                    "Invalid timestep: " + timestep + " (expected 0.." + (alphasCumprod.length - 1) + ")");
        }
        return alphasCumprod[timestep];
    }

    /** √((1 - ᾱ_t) / ᾱ_t), the noise level relative to the sample. */
    public double sigma(int timestep) {
        double abar = alphaBar(timestep);
        return Math.sqrt((1 - abar) / abar);
    }

    /**
     * The same schedule with its signal-to-noise ratio divided by an area factor: a larger picture averages noise over
     * more cells, so the same ᾱ hides less of it.
     *
     * @param gamma area of the stage divided by the area the model was trained at, above 0
     * @see <a href="https://arxiv.org/abs/2408.11001">Wu et al. 2024 (MegaFusion), noise re-scheduling</a>
     */
    public NoiseSchedule rescheduledForArea(double gamma) {
        if (!(gamma > 0)) {
            throw new CascadeException(
                    ErrorCode.INVALID_STAGE, "Invalid area factor: " + gamma + " (expected more than 0)");
        }
        double[] shifted = new double[alphasCumprod.length];
        for (int t = 0; t < shifted.length; t++) {
            shifted[t] = alphasCumprod[t] / (gamma - (gamma - 1) * alphasCumprod[t]);
        }
        return new NoiseSchedule(shifted);
    }

    /**
     * The same schedule stretched so that the last timestep is pure noise.
     *
     * @see <a href="https://arxiv.org/abs/2305.08891">Lin et al. 2023, algorithm 1</a>
     */
    public NoiseSchedule withZeroTerminalSnr() {
        int last = alphasCumprod.length - 1;
        double first = Math.sqrt(alphasCumprod[0]);
        double terminal = Math.sqrt(alphasCumprod[last]);
        double[] stretched = new double[alphasCumprod.length];
        for (int t = 0; t <= last; t++) {
            double root = (Math.sqrt(alphasCumprod[t]) - terminal) * first / (first - terminal);
            stretched[t] = root * root;
        }
        return new NoiseSchedule(stretched);
    }

    /**
     * Runs the forward process in one jump: √ᾱ_t · clean + √(1-ᾱ_t) · noise.
     *
     * @param clean scaled latent or any other sample; not changed
     * @param noise standard normal, as long as {@code clean}
     * @return a new array
     */
    public float[] addNoise(float[] clean, float[] noise, int timestep) {
        double abar = alphaBar(timestep);
        return combine(Math.sqrt(abar), clean, Math.sqrt(1 - abar), noise);
    }

    /** What a v-predicting network is trained to output: √ᾱ_t · noise - √(1-ᾱ_t) · clean, as a new array. */
    public float[] velocity(float[] clean, float[] noise, int timestep) {
        double abar = alphaBar(timestep);
        return combine(-Math.sqrt(1 - abar), clean, Math.sqrt(abar), noise);
    }

    private static float[] combine(double a, float[] x, double b, float[] y) {
        if (x.length != y.length) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH,
                    "Cannot add noise: sample has " + x.length + " values, noise " + y.length);
        }
        float[] sum = new float[x.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (a * x[i] + b * y[i]);
        }
        return sum;
    }
}
