package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.PredictionType;

/**
 * What a network's output says about the clean sample and about the noise, as linear maps of (sample, output):
 * x̂₀ = cleanFromSample · x + cleanFromOutput · out, ε̂ = noiseFromSample · x + noiseFromOutput · out.
 */
public record PredictionConversion(
        double cleanFromSample, double cleanFromOutput, double noiseFromSample, double noiseFromOutput) {

    /**
     * The conversion at one noise level.
     *
     * @param alphaBar ᾱ_t; epsilon prediction needs it above 0, sample prediction below 1
     */
    public static PredictionConversion at(PredictionType type, double alphaBar) {
        double signal = Math.sqrt(alphaBar);
        double noise = Math.sqrt(1 - alphaBar);
        return switch (type) {
            case EPSILON -> new PredictionConversion(1 / signal, -noise / signal, 0, 1);
            case V_PREDICTION -> new PredictionConversion(signal, -noise, noise, signal);
            case SAMPLE -> new PredictionConversion(0, 1, 1 / noise, -signal / noise);
        };
    }

    /** x̂₀, the predicted clean sample. */
    public double clean(double sample, double output) {
        return cleanFromSample * sample + cleanFromOutput * output;
    }

    /** ε̂, the predicted noise. */
    public double noise(double sample, double output) {
        return noiseFromSample * sample + noiseFromOutput * output;
    }
}
