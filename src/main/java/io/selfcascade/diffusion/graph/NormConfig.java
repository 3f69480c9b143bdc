package io.selfcascade.diffusion.graph;

/**
 * How a group normalisation divides channels.
 *
 * @param groups a divisor of the channels
 * @param epsilon added to the variance
 */
public record NormConfig(int groups, double epsilon) {

    public NormConfig {
        Definition.require(groups >= 1 && epsilon > 0,
                "Invalid norm: " + groups + " groups, epsilon " + epsilon + " (both are positive)");
    }
}
