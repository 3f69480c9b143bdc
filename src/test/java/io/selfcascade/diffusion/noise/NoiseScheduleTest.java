package io.selfcascade.diffusion.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.spec.CascadeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseScheduleTest {

    static final NoiseSchedule STABLE_DIFFUSION = NoiseSchedule.of(BetaSchedule.SCALED_LINEAR, 0.00085, 0.012, 1000);

    @ParameterizedTest
    @EnumSource(BetaSchedule.class)
    void leavesLessAndLessOfTheSample(BetaSchedule kind) {
        NoiseSchedule schedule = NoiseSchedule.of(kind, 0.00085, 0.012, 1000);

        for (int t = 1; t < 1000; t++) {
            assertThat(schedule.alphaBar(t)).isBetween(0.0, schedule.alphaBar(t - 1)).isLessThan(1);
        }
    }

    @Test
    void dividesTheSignalToNoiseRatioByTheAreaFactor() {
        NoiseSchedule shifted = STABLE_DIFFUSION.rescheduledForArea(4);

        for (int t = 0; t < 1000; t += 37) {
            assertThat(snr(shifted, t)).isCloseTo(snr(STABLE_DIFFUSION, t) / 4, within(1e-9 * snr(STABLE_DIFFUSION, t)));
        }
    }

    @Test
    void isUnchangedByAnAreaFactorOfOne() {
        NoiseSchedule shifted = STABLE_DIFFUSION.rescheduledForArea(1);

        assertThat(shifted.alphaBar(500)).isEqualTo(STABLE_DIFFUSION.alphaBar(500));
    }

    @Test
    void recoversSampleAndNoiseFromAddNoiseAndVelocity() {
        float[] clean = {0.3f, -1.2f, 2f};
        float[] noise = {-0.7f, 0.1f, 1.5f};
        double abar = STABLE_DIFFUSION.alphaBar(420);

        float[] noisy = STABLE_DIFFUSION.addNoise(clean, noise, 420);
        float[] velocity = STABLE_DIFFUSION.velocity(clean, noise, 420);

        for (int i = 0; i < clean.length; i++) {
            assertThat(Math.sqrt(abar) * noisy[i] - Math.sqrt(1 - abar) * velocity[i]).isCloseTo(clean[i], within(1e-6));
            assertThat(Math.sqrt(abar) * velocity[i] + Math.sqrt(1 - abar) * noisy[i]).isCloseTo(noise[i], within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, .99915", "1, .9982960278", "20, .9813143622", "100, .8942234776", "200, .7536920452",
            "500, .2763326838", "701, .0819167135", "981, .0057755001", "999, .0046600985"})
    void hasTheAlphasOfStableDiffusion(int timestep, double expected) {
        // Golden: an independent float32 computation of diffusers' scaled_linear 0.00085 to 0.012.
        assertThat(STABLE_DIFFUSION.alphaBar(timestep)).isCloseTo(expected, within(2e-7));
    }

    @ParameterizedTest
    @CsvSource({"0, .029167", "500, 1.618279", "999, 14.614641"})
    void hasTheSigmasOfStableDiffusion(int timestep, double expected) {
        assertThat(STABLE_DIFFUSION.sigma(timestep)).isCloseTo(expected, within(1e-6 * Math.max(1, expected)));
    }

    @ParameterizedTest
    @CsvSource({"0.00085, 0.012, 500, .16077160", "0.00085, 0.012, 999, .00157896", "1e-4, 0.02, 500, .07779666",
            "1e-4, 0.02, 999, .00004036"})
    void hasTheAlphasOfLinearSchedules(double start, double end, int timestep, double expected) {
        NoiseSchedule linear = NoiseSchedule.of(BetaSchedule.LINEAR, start, end, 1000);

        assertThat(linear.alphaBar(timestep)).isCloseTo(expected, within(2e-7));
    }

    @Test
    void endsInPureNoiseWithZeroTerminalSnr() {
        NoiseSchedule stretched = STABLE_DIFFUSION.withZeroTerminalSnr();

        assertThat(stretched.alphaBar(0)).isCloseTo(STABLE_DIFFUSION.alphaBar(0), within(1e-12));
        assertThat(stretched.alphaBar(500)).isCloseTo(.2410187828, within(2e-7));
        assertThat(stretched.alphaBar(998)).isCloseTo(1.96789e-7, within(1e-11));
        assertThat(stretched.alphaBar(999)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"2.25, 100, .789796", "2.25, 500, .145088", "2.25, 900, .006339", "4, 100, .678815", "4, 500, .087144",
            "4, 900, .003576", "16, 100, .345707", "16, 500, .023309", "16, 900, .000896"})
    void hasTheShiftedAlphasOfMegaFusion(double gamma, int timestep, double expected) {
        assertThat(STABLE_DIFFUSION.rescheduledForArea(gamma).alphaBar(timestep)).isCloseTo(expected, within(1e-6));
    }

    @Test
    void refusesWhatIsNoSchedule() {
        assertThatThrownBy(() -> NoiseSchedule.of(BetaSchedule.LINEAR, 0.1, 0.01, 1000))
                .isInstanceOf(CascadeException.class).hasMessageContaining("beta 0.1 to 0.01");
        assertThatThrownBy(() -> STABLE_DIFFUSION.alphaBar(1000)).hasMessageContaining("expected 0..999");
        assertThatThrownBy(() -> STABLE_DIFFUSION.addNoise(new float[2], new float[3], 1))
                .hasMessageContaining("sample has 2 values, noise 3");
    }

    private static double snr(NoiseSchedule schedule, int t) {
        return schedule.alphaBar(t) / (1 - schedule.alphaBar(t));
    }
}
