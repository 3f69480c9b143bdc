package io.selfcascade.diffusion.noise;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.TimestepSpacing;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The training timesteps an inference run visits, from noisy to clean, spread as diffusers spreads them.
 *
 * @param timesteps strictly falling
 * @param stride ⌊T/n⌋ of the full grid: how far one step goes, also when only a tail is walked
 */
public record TimestepGrid(List<Integer> timesteps, int stride) {

    public TimestepGrid {
        timesteps = List.copyOf(timesteps);
    }

    /**
     * Spreads {@code steps} steps over the training timesteps.
     *
     * @param trainTimesteps T
     * @param steps n, at most T
     * @param offset {@code steps_offset} of the checkpoint, added by leading spacing only
     * @throws CascadeException INVALID_STAGE if the grid would leave 0..T-1
     */
    public static TimestepGrid of(TimestepSpacing spacing, int trainTimesteps, int steps, int offset) {
        if (steps < 1 || steps > trainTimesteps) {
            throw new CascadeException(
                    ErrorCode.INVALID_STAGE, "Invalid steps: " + steps + " (expected 1.." + trainTimesteps + ")");
        }
        int stride = trainTimesteps / steps;
        List<Integer> timesteps = IntStream.range(0, steps).map(i -> switch (spacing) {
            case LEADING -> (steps - 1 - i) * stride + offset;
            case LINSPACE -> (int) Math.rint(
                    steps == 1 ? 0 : (steps - 1 - i) * ((trainTimesteps - 1.0) / (steps - 1)));
            case TRAILING -> (int) Math.rint(trainTimesteps - i * ((double) trainTimesteps / steps)) - 1;
        }).boxed().toList();
        if (timesteps.get(0) >= trainTimesteps) {
            throw new CascadeException(ErrorCode.INVALID_STAGE, "Invalid steps: " + steps + " with leading spacing and"
                    + " offset " + offset + " begin at timestep " + timesteps.get(0) + " (use fewer steps or trailing)");
        }
        return new TimestepGrid(timesteps, stride);
    }

    /**
     * The part of the grid a late start walks: from the first timestep not above K.
     *
     * @param start K of the paper; below the last timestep nothing is left to walk
     * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, algorithm 2</a>
     */
    public TimestepGrid tailFrom(int start) {
        return new TimestepGrid(timesteps.stream().filter(t -> t <= start).toList(), stride);
    }

    /** The timestep one stride cleaner; negative past the end of the walk. */
    public int previous(int timestep) {
        return timestep - stride;
    }

    public int size() {
        return timesteps.size();
    }

    public boolean isEmpty() {
        return timesteps.isEmpty();
    }

    /** The timestep the walk begins at. */
    public int first() {
        return timesteps.get(0);
    }
}
