package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.PredictionType;
import java.util.Locale;
import java.util.Map;

/**
 * What a checkpoint's {@code scheduler_config.json} says about its noise; absent keys take diffusers' DDIM defaults,
 * whatever scheduler class the checkpoint names.
 *
 * @param clipRange x̂₀ is clamped to ± this; infinite when {@code clip_sample} is false
 * @param alphaToOne whether the step past the end lands on ᾱ = 1 rather than on ᾱ_0
 * @param zeroTerminalSnr whether the schedule is stretched to end in pure noise
 */
public record SchedulerConfig(
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        int trainTimesteps,
        PredictionType prediction,
        int stepsOffset,
        boolean alphaToOne,
        double clipRange,
        boolean zeroTerminalSnr) {

    /**
     * Reads the parsed JSON object.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED for trained betas, dynamic thresholding or an unknown name;
     *     CHECKPOINT_INVALID for a value of the wrong kind
     */
    public static SchedulerConfig of(Map<String, Object> json) {
        refuse(json, "trained_betas");
        refuse(json, "thresholding");
        boolean clips = flag(json, "clip_sample", true);
        return new SchedulerConfig(
                BetaSchedule.named(text(json, "beta_schedule", "linear")),
                number(json, "beta_start", 1e-4).doubleValue(),
                number(json, "beta_end", 0.02).doubleValue(),
                number(json, "num_train_timesteps", 1000).intValue(),
                prediction(text(json, "prediction_type", "epsilon")),
                number(json, "steps_offset", 0).intValue(),
                flag(json, "set_alpha_to_one", true),
                clips ? number(json, "clip_sample_range", 1.0).doubleValue() : Double.POSITIVE_INFINITY,
                flag(json, "rescale_betas_zero_snr", false));
    }

    /** The schedule these values describe. */
    public NoiseSchedule schedule() {
        NoiseSchedule schedule = NoiseSchedule.of(betaSchedule, betaStart, betaEnd, trainTimesteps);
        return zeroTerminalSnr ? schedule.withZeroTerminalSnr() : schedule;
    }

    private static PredictionType prediction(String name) {
        try {
            return PredictionType.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED,
                    "Cannot read prediction_type: " + name + " (expected epsilon, v_prediction or sample)", e);
        }
    }

    private static void refuse(Map<String, Object> json, String key) {
        Object value = json.get(key);
        if (value != null && !Boolean.FALSE.equals(value)) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED,
                    "Cannot use scheduler_config.json: " + key + " is set (remove it or choose another checkpoint)");
        }
    }

    private static boolean flag(Map<String, Object> json, String key, boolean fallback) {
        return value(json, key, Boolean.class, fallback);
    }

    private static Number number(Map<String, Object> json, String key, Number fallback) {
        return value(json, key, Number.class, fallback);
    }

    private static String text(Map<String, Object> json, String key, String fallback) {
        return value(json, key, String.class, fallback);
    }

    private static <T> T value(Map<String, Object> json, String key, Class<T> kind, T fallback) {
        Object value = json.get(key);
        if (value == null) {
            return fallback;
        }
        if (!kind.isInstance(value)) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Invalid scheduler_config.json: " + key + " is "
                    + value + " (expected a " + kind.getSimpleName().toLowerCase(Locale.ROOT) + ")");
        }
        return kind.cast(value);
    }
}
