package io.selfcascade.diffusion.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.spec.CascadePlan;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NoiseSourceTest {

    private static final SchedulerConfig CONFIG = SchedulerConfig.of(Map.of("steps_offset", 1));

    private final PhiloxNoise philox = new PhiloxNoise();

    @Test
    void scramblesCountersAsThePublishedKnownAnswers() {
        // Golden: kat_vectors of Random123 for philox4x32-10.
        assertThat(Philox.block(0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(Philox.block(-1, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(Philox.block(0x299f31d0a4093822L, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void givesACellTheSameNoiseInALargerLatent() {
        float[] small = philox.draw(new NoiseKey(7, 0, 0, Purpose.INITIAL, 2, 3, 4));
        float[] large = philox.draw(new NoiseKey(7, 0, 0, Purpose.INITIAL, 4, 5, 9));

        for (int c = 0; c < 2; c++) {
            for (int y = 0; y < 3; y++) {
                for (int x = 0; x < 4; x++) {
                    assertThat(small[(c * 3 + y) * 4 + x]).isEqualTo(large[(c * 5 + y) * 9 + x]);
                }
            }
        }
    }

    @Test
    void givesEveryNameItsOwnNoise() {
        Set<Float> firsts = new HashSet<>();
        int names = 0;
        for (long seed : new long[] {0, 1, 2, -1, 1L << 32, Long.MAX_VALUE}) {
            for (int stage = 0; stage < 4; stage++) {
                for (int step = 0; step < 50; step++) {
                    for (Purpose purpose : Purpose.values()) {
                        firsts.add(philox.draw(new NoiseKey(seed, stage, step, purpose, 1, 1, 1))[0]);
                        names++;
                    }
                }
            }
        }

        // A float holds 24 bits, so a handful of equal values among 3,600 is chance, not a shared key.
        assertThat(firsts).hasSizeGreaterThan(names - 6);
    }

    @Test
    void isStandardNormalAndUncorrelated() {
        float[] noise = philox.draw(new NoiseKey(42, 1, 3, Purpose.STEP, 4, 128, 128));
        double[] moments = new double[5];
        double neighbours = 0;
        for (int i = 0; i < noise.length; i++) {
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(noise[i], k) / noise.length;
            }
            neighbours += i == 0 ? 0 : (double) noise[i] * noise[i - 1] / noise.length;
        }

        // Five standard errors at n = 65,536: sqrt(1/n), sqrt(2/n), sqrt(15/n), sqrt(96/n).
        assertThat(moments[1]).isCloseTo(0, within(0.02));
        assertThat(moments[2]).isCloseTo(1, within(0.028));
        assertThat(moments[3]).isCloseTo(0, within(0.076));
        assertThat(moments[4]).isCloseTo(3, within(0.19));
        assertThat(neighbours).isCloseTo(0, within(0.02));
    }

    @Test
    void isCloseToTheNormalDistributionFunction() {
        float[] noise = philox.draw(new NoiseKey(3, 0, 0, Purpose.INITIAL, 4, 64, 64));
        Arrays.sort(noise);
        double distance = 0;
        for (int i = 0; i < noise.length; i++) {
            distance = Math.max(distance, Math.abs(normalCdf(noise[i]) - (i + 0.5) / noise.length));
        }

        assertThat(distance).isLessThan(1.95 / Math.sqrt(noise.length));     // Kolmogorov-Smirnov at 0.1 %
    }

    @Test
    void drawsWhatTorchDraws() {
        // Golden: torch.manual_seed(s); torch.randn(n) on the CPU.
        assertThat(new TorchCpuGenerator(0).randn(6)).usingComparatorWithPrecision(1e-6f)
                .containsExactly(1.5409961f, -.2934289f, -2.1787894f, .5684313f, -1.0845224f, -1.3985955f);
        assertThat(new TorchCpuGenerator(42).randn(4)).usingComparatorWithPrecision(1e-6f)
                .containsExactly(.33669037f, .1288094f, .23446237f, .23033303f);
        assertThat(Arrays.copyOf(new TorchCpuGenerator(0).randn(16), 4)).usingComparatorWithPrecision(1e-6f)
                .containsExactly(-1.1258398f, -1.1523602f, -.2505786f, -.4338788f);
        float[] latent = new TorchCpuGenerator(42).randn(16384);
        assertThat(Arrays.copyOf(latent, 4)).usingComparatorWithPrecision(1e-6f)
                .containsExactly(1.9269153f, 1.4872841f, .9007172f, -2.1055212f);
        assertThat(Arrays.copyOfRange(latent, 16381, 16384)).usingComparatorWithPrecision(1e-6f)
                .containsExactly(-.6357505f, .9728097f, -.2934061f);
    }

    @Test
    void skipsExactlyWhatItWouldHaveDrawn() {
        for (int count : new int[] {1, 3, 15, 16, 17, 100, 4096}) {
            TorchCpuGenerator drawn = new TorchCpuGenerator(5);
            TorchCpuGenerator skipped = new TorchCpuGenerator(5);
            drawn.randn(count);
            skipped.skip(count);

            assertThat(skipped.randn(20)).containsExactly(drawn.randn(20));
            assertThat(skipped.randn(3)).containsExactly(drawn.randn(3));
        }
    }

    @Test
    void listsTheDrawsOfACascadeInTheOrderOfDiffusers() {
        DrawPlan plan = DrawPlan.of(new CascadePlan(List.of(first(0.5), second(0, 1))), CONFIG, 4, 8);

        assertThat(plan.draws()).hasSize(6).startsWith(
                new DrawPlan.Draw(0, 0, Purpose.INITIAL, 4 * 4 * 2), new DrawPlan.Draw(0, 0, Purpose.STEP, 32))
                .endsWith(new DrawPlan.Draw(1, 0, Purpose.PIVOT, 4 * 8 * 4));
    }

    @Test
    void replaysTheStreamForAStageRestartedAlone() {
        DrawPlan plan = DrawPlan.of(new CascadePlan(List.of(first(1), second(1, 1))), CONFIG, 4, 8);
        TorchCpuGenerator oneStream = new TorchCpuGenerator(11);
        NoiseSource straight = new TorchCpuNoise(plan);
        for (DrawPlan.Draw draw : plan.draws()) {
            float[] expected = oneStream.randn(draw.count());
            NoiseKey key = key(draw);

            assertThat(straight.draw(key)).containsExactly(expected);
            assertThat(new TorchCpuNoise(plan).draw(key)).containsExactly(expected);
        }

        assertThat(straight.draw(key(plan.draws().get(2)))).containsExactly(
                new TorchCpuNoise(plan).draw(key(plan.draws().get(2))));
    }

    @Test
    void refusesADrawThatIsNotInThePlan() {
        assertThatThrownBy(() -> new TorchCpuNoise(DrawPlan.EMPTY).draw(new NoiseKey(1, 0, 0, Purpose.INITIAL, 4, 2, 2)))
                .hasMessageContaining("not in the draw plan");
    }

    private static NoiseKey key(DrawPlan.Draw draw) {
        int height = draw.stage() == 0 ? 4 : 8;
        return new NoiseKey(11, draw.stage(), draw.step(), draw.purpose(), 4, height, height / 2);
    }

    private static DenoiseStage first(double eta) {
        return new DenoiseStage(0, 16, 32, 4, 1000, SchedulerType.DDIM, eta, TimestepSpacing.LEADING, 7.5, null,
                NoiseReschedule.NONE, Rng.TORCH_CPU, Dtype.F32);
    }

    private static DenoiseStage second(double eta, int index) {
        return new DenoiseStage(index, 32, 64, 4, 700, SchedulerType.DDIM, eta, TimestepSpacing.LEADING, 7.5,
                new Upsample(UpsampleSpace.LATENT, UpsampleKernel.BILINEAR), NoiseReschedule.NONE, Rng.TORCH_CPU,
                Dtype.F32);
    }

    /** Abramowitz and Stegun 7.1.26, good to 1.5e-7. */
    private static double normalCdf(double x) {
        double z = Math.abs(x) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * z);
        double tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
                * Math.exp(-z * z);
        return x > 0 ? 1 - tail / 2 : tail / 2;
    }
}
