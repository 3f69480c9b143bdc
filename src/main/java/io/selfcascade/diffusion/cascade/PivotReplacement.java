package io.selfcascade.diffusion.cascade;

import io.selfcascade.diffusion.noise.NoiseKey;
import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.noise.NoiseSource;
import io.selfcascade.diffusion.noise.Purpose;
import io.selfcascade.diffusion.noise.TimestepGrid;

/**
 * Starts a stage late, from the enlarged pivot instead of from pure noise:
 * z_K ~ N(√ᾱ_K φ(z_0), (1 - ᾱ_K) I), on the assumption that at timestep K the previous stage's latent and this one's
 * are noised alike.
 *
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, equation 6</a>
 */
public final class PivotReplacement {

    private final NoiseSchedule schedule;
    private final TimestepGrid walk;

    /**
     * @param schedule the stage's schedule, area shift included
     * @param walk the timesteps left to walk; its first one is K
     */
    public PivotReplacement(NoiseSchedule schedule, TimestepGrid walk) {
        this.schedule = schedule;
        this.walk = walk;
    }

    /**
     * Noises an enlarged pivot.
     *
     * @param lifted φ(z_0), scaled; not changed
     * @param seed of the item
     * @param stage index of the stage that starts
     * @return z_K; φ(z_0) itself if no timestep is left to walk
     */
    public float[] start(Pivot lifted, long seed, int stage, NoiseSource noise) {
        if (walk.isEmpty()) {
            return lifted.data();
        }
        NoiseKey key = new NoiseKey(
                seed, stage, 0, Purpose.PIVOT, lifted.channels(), lifted.height(), lifted.width());
        return schedule.addNoise(lifted.data(), noise.draw(key), walk.first());
    }
}
