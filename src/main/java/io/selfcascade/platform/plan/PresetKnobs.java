package io.selfcascade.platform.plan;

import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.intake.StageKnobs;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;

/**
 * The numbers behind the presets.
 *
 * <table>
 *   <caption>Presets</caption>
 *   <tr><th></th><th>paper</th><th>fast</th></tr>
 *   <tr><td>grid</td><td>DDIM 50, leading</td><td>DDIM 20, trailing</td></tr>
 *   <tr><td>start timestep of stages 1, 2, …</td><td>700, 700, …</td><td>300, 200, 200, …</td></tr>
 *   <tr><td>steps walked by stages 0, 1, 2, …</td><td>50, 35, 35, …</td><td>20, 6, 4, 4, …</td></tr>
 *   <tr><td>guidance</td><td>7.5</td><td>4</td></tr>
 *   <tr><td>hand-over</td><td>latent, bilinear</td><td>pixel, bicubic</td></tr>
 *   <tr><td>noise</td><td>as trained</td><td>as trained</td></tr>
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, section 5.1, for paper</a>
 */
final class PresetKnobs {

    private static final int FROM_NOISE = 1000;

    private PresetKnobs() {}

    /** @param rung 0 for the stage that starts from noise, then 1, 2, … */
    static StageKnobs of(Preset preset, int rung) {
        return switch (preset) {
            case PAPER -> paper(rung == 0 ? FROM_NOISE : 700);
            case FAST -> fast(rung == 0 ? FROM_NOISE : rung == 1 ? 300 : 200);
        };
    }

    private static StageKnobs paper(int startTimestep) {
        return new StageKnobs(
                null, null, 50, startTimestep, 7.5, 0.0, SchedulerType.DDIM, TimestepSpacing.LEADING,
                UpsampleSpace.LATENT, UpsampleKernel.BILINEAR, NoiseReschedule.NONE, null, Tiling.AUTO, null);
    }

    // No reschedule by area: it tells the model less noise than there is, and what is left over stays in the picture
    // (docs/adr/0003-preset-fast.md). Trailing spacing: with few steps the grid must contain the noisiest timestep, or stage 0 starts off its noise.
    private static StageKnobs fast(int startTimestep) {
        return new StageKnobs(
                null, null, 20, startTimestep, 4.0, 0.0, SchedulerType.DDIM, TimestepSpacing.TRAILING,
                UpsampleSpace.PIXEL, UpsampleKernel.BICUBIC, NoiseReschedule.NONE, null, Tiling.AUTO, null);
    }
}
