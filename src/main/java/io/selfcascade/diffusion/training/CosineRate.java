package io.selfcascade.diffusion.training;

/**
 * A learning rate that rises linearly, then falls along half a cosine over a fixed number of steps.
 *
 * @param peak highest rate
 * @param warmup steps of the rise
 * @param steps of the whole training; later steps keep the lowest rate
 * @param floor lowest rate as a share of the peak
 */
public record CosineRate(double peak, int warmup, long steps, double floor) {

    /** The rate of a step, counted from 1. */
    public double at(long step) {
        double progress = Math.min(1, (double) step / steps);
        double fall = floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
        return peak * Math.min(1, (double) step / warmup) * fall;
    }
}
