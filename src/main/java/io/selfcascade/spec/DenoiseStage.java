package io.selfcascade.spec;

import org.jspecify.annotations.Nullable;

/**
 * Denoises at one size. With {@code upsample} null it starts from pure noise (stage 0 of a prompt); otherwise from the
 * previous stage's pivot, enlarged and noised to {@code startTimestep} (pivot replacement).
 *
 * @param steps length of the scheduler's full grid; a stage that starts late walks only its tail
 * @param startTimestep K of the paper, 1..1000; the walk begins at the first grid timestep not above it
 * @param eta 0 for deterministic DDIM, 1 for DDPM-like noise
 * @param guidance classifier-free guidance scale; 1 or less switches it off
 * @param upsample null exactly when the stage starts from pure noise
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, equation 6 and algorithm 2</a>
 */
public record DenoiseStage(
        int index,
        int width,
        int height,
        int steps,
        int startTimestep,
        SchedulerType scheduler,
        double eta,
        TimestepSpacing spacing,
        double guidance,
        @Nullable Upsample upsample,
        NoiseReschedule noiseReschedule,
        Rng rng,
        Dtype dtype)
        implements StageSpec {

    public DenoiseStage {
        require(steps >= 1 && steps <= 1000, "steps: " + steps + " (expected 1..1000)");
        require(startTimestep >= 1 && startTimestep <= 1000, "start_timestep: " + startTimestep + " (expected 1..1000)");
        require(eta >= 0 && eta <= 1, "eta: " + eta + " (expected 0..1)");
        require(guidance >= 0 && guidance <= 100, "guidance: " + guidance + " (expected 0..100)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_STAGE, "Invalid " + what);
        }
    }
}
