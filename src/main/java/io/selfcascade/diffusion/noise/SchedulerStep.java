package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * One step of a scheduler, with every scalar worked out: x' = clean · clamp(x̂₀) + direction · ε̂ + fresh · n. Without a
 * clamp this is x' = {@link #fromSample} · x + {@link #fromOutput} · out + {@link #fresh} · n for arrays of any kind.
 *
 * @param timestep where the step starts; the network is asked with it
 * @param conversion from the network's output to x̂₀ and ε̂
 * @param clean √ᾱ_p, the weight of x̂₀ at the next timestep p
 * @param direction √(1 - ᾱ_p - σ²), the weight of ε̂
 * @param fresh σ, the weight of newly drawn noise; 0 when the step is deterministic
 * @param clipRange x̂₀ is clamped to ± this
 */
public record SchedulerStep(
        int timestep, PredictionConversion conversion, double clean, double direction, double fresh, double clipRange) {

    public double fromSample() {
        return clean * conversion.cleanFromSample() + direction * conversion.noiseFromSample();
    }

    public double fromOutput() {
        return clean * conversion.cleanFromOutput() + direction * conversion.noiseFromOutput();
    }

    /**
     * Takes the step.
     *
     * @param sample x_t; not changed
     * @param output the network's output for it, after guidance
     * @param noise standard normal, needed only when {@link #fresh} is above 0
     * @return x at the next timestep, a new array
     * @throws CascadeException SHAPE_MISMATCH if lengths differ, INTERNAL if noise is missing
     */
    public float[] apply(float[] sample, float[] output, float @Nullable [] noise) {
        if (sample.length != output.length || noise != null && noise.length != sample.length) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot step from timestep " + timestep
                    + ": sample has " + sample.length + " values, output " + output.length);
        }
        if (fresh > 0 && noise == null) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot step from timestep " + timestep + ": noise is missing");
        }
        float[] next = new float[sample.length];
        for (int i = 0; i < next.length; i++) {
            double drawn = noise == null ? 0 : fresh * noise[i];
            next[i] = (float) (predictable(sample[i], output[i]) + drawn);
        }
        return next;
    }

    private double predictable(double x, double out) {
        double cleaned = Math.max(-clipRange, Math.min(clipRange, conversion.clean(x, out)));
        return clean * cleaned + direction * conversion.noise(x, out);
    }
}
