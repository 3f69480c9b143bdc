package io.selfcascade.spec;

/** What a network's output means: the noise, the velocity, or the clean sample. */
public enum PredictionType {
    EPSILON,
    V_PREDICTION,
    SAMPLE
}
