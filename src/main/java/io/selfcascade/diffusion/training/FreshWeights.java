package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.graph.ParameterSpec;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Weights to begin a training with. Every parameter is a function of (seed, key): biases zero, norm scales one, the
 * rest uniform within one over the root of the fan-in, except where a model's start must be gentler.
 */
final class FreshWeights {

    /** Last layers of residual branches: zero, so that every block begins as the identity. */
    private static final Pattern BRANCH_ENDS =
            Pattern.compile(".*(\\.conv2|\\.proj_out|^conv_out|mid_block\\.attentions\\.0\\.to_out\\.0)\\.weight");
    /** The VAE's trunk passes its input on: else it stays gray for thousands of steps. */
    private static final Pattern TRUNK =
            Pattern.compile(".*(conv_in|samplers\\.0\\.conv|conv_shortcut|quant_conv)\\.weight");
    private static final double TRUNK_NOISE = 0.6;

    private final long seed;

    FreshWeights(long seed) {
        this.seed = seed;
    }

    /** A UNet's: residual branches and the output begin at zero. */
    float[] unet(ParameterSpec parameter) {
        return BRANCH_ENDS.matcher(parameter.key()).matches() ? zeros(parameter) : usual(parameter);
    }

    /** A text encoder's: small embeddings, otherwise the usual. */
    float[] textEncoder(ParameterSpec parameter) {
        if (parameter.key().endsWith("embedding.weight")) {
            return normal(parameter, parameter.key().contains("position") ? 0.05 : 0.1);
        }
        return usual(parameter);
    }

    /** An autoencoder's: residual branches zero, the trunk close to the identity. */
    float[] vae(ParameterSpec parameter) {
        boolean isBranchEnd = BRANCH_ENDS.matcher(parameter.key()).matches();
        if (isBranchEnd && !parameter.key().contains("conv_out")) {
            return zeros(parameter);
        }
        return TRUNK.matcher(parameter.key()).matches() ? trunk(parameter) : usual(parameter);
    }

    private float[] usual(ParameterSpec parameter) {
        if (parameter.shape().size() == 1) {
            float[] flat = zeros(parameter);
            if (!parameter.key().endsWith(".bias")) {
                Arrays.fill(flat, 1);
            }
            return flat;
        }
        double bound = 1 / Math.sqrt((double) parameter.size() / parameter.shape().get(0));
        Random random = random(parameter);
        float[] weights = zeros(parameter);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
        return weights;
    }

    private float[] trunk(ParameterSpec parameter) {
        float[] weights = usual(parameter);
        int out = parameter.shape().get(0).intValue();
        int in = parameter.shape().get(1).intValue();
        int kernel = parameter.shape().get(2).intValue();
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= (float) TRUNK_NOISE;
        }
        for (int o = 0; o < out; o++) {
            int plane = (o * in + o % in) * kernel * kernel;
            if (parameter.key().contains("downsamplers")) {
                // Padded on the right and below, the window of a downsampler begins at the cell itself.
                for (int cell : new int[] {0, 1, kernel, kernel + 1}) {
                    weights[plane + cell] += 0.25f;
                }
            } else {
                weights[plane + kernel * kernel / 2] += 1;
            }
        }
        return weights;
    }

    private float[] normal(ParameterSpec parameter, double deviation) {
        Random random = random(parameter);
        float[] weights = zeros(parameter);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (deviation * random.nextGaussian());
        }
        return weights;
    }

    private static float[] zeros(ParameterSpec parameter) {
        return new float[Math.toIntExact(parameter.size())];
    }

    private Random random(ParameterSpec parameter) {
        return new Random(seed * 31 + parameter.key().hashCode());
    }
}
