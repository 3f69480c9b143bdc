package io.selfcascade.diffusion.noise;

import java.util.List;

/**
 * Walks a noise schedule by denoising diffusion implicit models, the sampler of the paper (50 steps).
 *
 * <p>ε̂ is not recomputed from a clamped x̂₀, as in diffusers without {@code use_clipped_model_output}.
 *
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2021, equation 12</a>
 */
public final class DdimScheduler {

    private final SchedulerConfig config;
    private final NoiseSchedule schedule;
    private final double eta;

    /**
     * Prepares to walk one stage.
     *
     * @param schedule the checkpoint's schedule, or that schedule shifted for a larger area
     * @param eta 0 for a deterministic walk, 1 for as much fresh noise as DDPM draws
     */
    public DdimScheduler(SchedulerConfig config, NoiseSchedule schedule, double eta) {
        this.config = config;
        this.schedule = schedule;
        this.eta = eta;
    }

    /** The steps along a grid, in walking order. */
    public List<SchedulerStep> walk(TimestepGrid grid) {
        return grid.timesteps().stream().map(t -> step(t, grid.previous(t))).toList();
    }

    /**
     * The step from timestep t to timestep p.
     *
     * @param previous p; negative for the step past the end
     */
    public SchedulerStep step(int timestep, int previous) {
        double abar = schedule.alphaBar(timestep);
        double abarNext = previous >= 0 ? schedule.alphaBar(previous) : config.alphaToOne() ? 1 : schedule.alphaBar(0);
        // A grid with an offset may end below t = 0's ᾱ; the ratio then exceeds 1 by rounding only.
        double variance = Math.max(0, (1 - abarNext) / (1 - abar) * (1 - abar / abarNext));
        double sigma = eta * Math.sqrt(variance);
        double direction = Math.sqrt(Math.max(0, 1 - abarNext - sigma * sigma));
        PredictionConversion conversion = PredictionConversion.at(config.prediction(), abar);
        return new SchedulerStep(timestep, conversion, Math.sqrt(abarNext), direction, sigma, config.clipRange());
    }
}
