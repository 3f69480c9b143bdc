package io.selfcascade.platform.plan;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * What the operator decides about every plan.
 *
 * @param pool workers that take the stages
 * @param maxItems most items in one task message
 * @param batchPixels most pixels in one task message: larger pictures travel in smaller company
 * @param baseSeconds of every run, for loading a model on a busy machine
 * @param secondsPerMegapixelStep after which a step of one item counts as stuck; slow machines need more
 */
public record PlanSettings(String pool, int maxItems, long batchPixels, int baseSeconds, int secondsPerMegapixelStep) {

    /** The documented defaults. */
    public static final PlanSettings DEFAULT = new PlanSettings("cpu", 8, 8 * 256 * 256, 300, 60);

    public PlanSettings {
        require(pool.matches("[a-z0-9][a-z0-9-]{0,31}"), "pool: " + pool + " (expected lower-case letters, digits and -)");
        require(maxItems >= 1 && maxItems <= 64, "max-items: " + maxItems + " (expected 1 to 64)");
        require(batchPixels >= 1, "batch-pixels: " + batchPixels + " (expected at least 1)");
        require(baseSeconds >= 1, "base-seconds: " + baseSeconds + " (expected at least 1)");
        require(secondsPerMegapixelStep >= 1,
                "seconds-per-megapixel-step: " + secondsPerMegapixelStep + " (expected at least 1)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.plan." + what);
        }
    }
}
