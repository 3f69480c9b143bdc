package io.selfcascade.diffusion.training;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * What a step of the denoiser's training sees, as a function of the progress from 0 to 1: at first mostly one object
 * and the noise levels where objects take shape, in the end the whole world under the plain loss. (Starting with one to
 * three objects of equal weight learns backgrounds first and colours very late.)
 */
final class Curriculum {

    private static final double EMPHASIS = 3;

    private Curriculum() {}

    /** Share of scenes with one object, close-ups included. */
    static double oneObject(double progress) {
        return check(progress) < 0.3 ? 0.85 : progress < 0.55 ? 0.6 : 0.5;
    }

    /** Share of draws from the middle timesteps 350..949, the others being spread over all. */
    static double midTimesteps(double progress) {
        return check(progress) < 0.6 ? 0.5 : 0.25;
    }

    /** Weight of an emphasised cell beyond a background cell's; it biases towards "object", so it fades out. */
    static double emphasis(double progress) {
        double fading = Math.max(0, (check(progress) - 0.6) / 0.3);
        return EMPHASIS * Math.max(0.15, 1 - 0.85 * fading);
    }

    private static double check(double progress) {
        if (!(progress >= 0 && progress <= 1)) {
            throw new CascadeException(ErrorCode.INTERNAL, "Invalid progress: " + progress + " (expected 0..1)");
        }
        return progress;
    }
}
