package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/** How the variances β grow over the training timesteps, by the names of diffusers' {@code beta_schedule}. */
public enum BetaSchedule {
    LINEAR,
    /** Linear in √β: the schedule of Stable Diffusion. */
    SCALED_LINEAR,
    /** Nichol and Dhariwal's cosine, β capped at 0.999; ignores the given ends. */
    SQUAREDCOS_CAP_V2;

    private static final double COSINE_OFFSET = 0.008;
    private static final double LARGEST_BETA = 0.999;

    /**
     * Finds a schedule by the name a checkpoint's {@code scheduler_config.json} uses.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED for a name that is none of ours
     */
    public static BetaSchedule named(String name) {
        return switch (name) {
            case "linear" -> LINEAR;
            case "scaled_linear" -> SCALED_LINEAR;
            case "squaredcos_cap_v2" -> SQUAREDCOS_CAP_V2;
            default -> throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED,
                    "Cannot read beta_schedule: " + name + " (expected linear, scaled_linear or squaredcos_cap_v2)");
        };
    }

    /** The variances β_0 … β_(T-1), computed in double precision. */
    double[] betas(double start, double end, int timesteps) {
        double[] betas = new double[timesteps];
        for (int t = 0; t < timesteps; t++) {
            double share = timesteps == 1 ? 0 : (double) t / (timesteps - 1);
            betas[t] = switch (this) {
                case LINEAR -> start + share * (end - start);
                case SCALED_LINEAR -> square(Math.sqrt(start) + share * (Math.sqrt(end) - Math.sqrt(start)));
                case SQUAREDCOS_CAP_V2 -> Math.min(
                        1 - cosine((t + 1.0) / timesteps) / cosine((double) t / timesteps), LARGEST_BETA);
            };
        }
        return betas;
    }

    private static double cosine(double share) {
        return square(StrictMath.cos((share + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2));
    }

    private static double square(double x) {
        return x * x;
    }
}
