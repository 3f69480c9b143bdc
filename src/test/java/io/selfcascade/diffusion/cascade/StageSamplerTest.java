package io.selfcascade.diffusion.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.diffusion.noise.NoiseKey;
import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.noise.NoiseSource;
import io.selfcascade.diffusion.noise.PhiloxNoise;
import io.selfcascade.diffusion.noise.Purpose;
import io.selfcascade.diffusion.noise.SchedulerConfig;
import io.selfcascade.diffusion.noise.TimestepGrid;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.TimestepSpacing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageSamplerTest {

    private static final SchedulerConfig CONFIG = SchedulerConfig.of(Map.of("beta_schedule", "scaled_linear",
            "beta_start", 0.00085, "beta_end", 0.012, "steps_offset", 1, "set_alpha_to_one", false, "clip_sample", false));
    private static final NoiseSchedule SCHEDULE = CONFIG.schedule();
    private static final float[] TEXT = {1};
    private static final float[] NO_TEXT = {0};

    private final StageSampler sampler = new StageSampler(CONFIG, ImageSize.square(64), 4, 8);
    private final GaussianDenoiser denoiser = new GaussianDenoiser(0.6);

    @Test
    void asksTheNetworkThirtyFiveTimesFromKSevenHundred() {
        List<Integer> told = new ArrayList<>();

        sampler.sample(Stages.lifted(1, 64, 50, 700), List.of(start(1, pivot(1))), denoiser, (i, n) -> told.add(i * 100 + n));

        assertThat(denoiser.timesteps).hasSize(35).startsWith(681, 661).endsWith(21, 1);
        assertThat(told).hasSize(35).startsWith(35, 135).endsWith(3435);
    }

    @Test
    void asksForGuidedPairsInOneCallAndForSinglesWithoutGuidance() {
        List<StageSampler.Start> items = List.of(start(1, null), start(2, null), start(3, null));

        sampler.sample(Stages.base(64, 2), items, denoiser, CascadeObserver.NONE);
        assertThat(denoiser.contexts).hasSize(2).allSatisfy(
                call -> assertThat(call).containsExactly(NO_TEXT, NO_TEXT, NO_TEXT, TEXT, TEXT, TEXT));
        denoiser.contexts.clear();
        sampler.sample(unguided(Stages.base(64, 1)), items, denoiser, CascadeObserver.NONE);

        assertThat(denoiser.contexts).singleElement().satisfies(
                call -> assertThat(call).containsExactly(TEXT, TEXT, TEXT));
    }

    @Test
    void addsTheSquareRootOfAlphaBar() {
        // Golden: √ᾱ_700 = 0.2873 and √(1-ᾱ_700) = 0.9579 in Stable Diffusion's schedule.
        PivotReplacement replacement = new PivotReplacement(SCHEDULE, new TimestepGrid(List.of(700), 20));
        Pivot lifted = new Pivot(new float[] {1, 0, 0.5f, -1}, 1, 2, 2);

        float[] start = replacement.start(lifted, 7, 1, key -> new float[] {0, 1, 0.5f, -0.5f});

        assertThat(start).usingComparatorWithPrecision(1e-4f).containsExactly(
                0.2873f, 0.9579f, 0.5f * 0.2873f + 0.5f * 0.9579f, -0.2873f - 0.5f * 0.9579f);
    }

    @Test
    void startsWithTheMeanAndSpreadOfEquationSix() {
        PivotReplacement replacement = new PivotReplacement(SCHEDULE, new TimestepGrid(List.of(681), 20));
        float[] constant = new float[4 * 64 * 64];
        Arrays.fill(constant, 3f);

        float[] start = replacement.start(new Pivot(constant, 4, 64, 64), 7, 1, new PhiloxNoise());

        double mean = 0;
        double square = 0;
        for (float x : start) {
            mean += x / start.length;
            square += (double) x * x / start.length;
        }
        assertThat(mean).isCloseTo(3 * 0.3076, within(0.04));
        assertThat(square - mean * mean).isCloseTo(0.9515 * 0.9515, within(0.04));
    }

    @Test
    void returnsTheLiftedPivotWhenNothingIsLeftToWalk() {
        Pivot lifted = pivot(5);

        Pivot result = sampler.sample(
                trailing(Stages.lifted(1, 64, 50, 18)), List.of(start(1, lifted)), denoiser, CascadeObserver.NONE).get(0);

        assertThat(result.data()).containsExactly(lifted.data());
        assertThat(denoiser.timesteps).isEmpty();
    }

    @Test
    void forgetsThePivotAsItStartsEarlier() {
        double late = difference(300);
        double early = difference(1000);

        assertThat(late).isGreaterThan(10 * early);
    }

    @Test
    void drawsDataOfTheRightSpreadFromAnExactDenoiser() {
        // Data are N(0, 0.6²) per cell, so the exact prediction is linear and DDIM must end at that spread.
        DenoiseStage stage = unguided(Stages.base(512, 100));

        float[] data = sampler.sample(stage, List.of(start(3, null)), denoiser, CascadeObserver.NONE).get(0).data();

        double variance = 0;
        for (float x : data) {
            variance += (double) x * x / data.length;
        }
        assertThat(Math.sqrt(variance)).isCloseTo(0.6, within(0.02));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.7})
    void givesAnItemTheSameNoiseInAnyCompany(double eta) {
        DenoiseStage stage = Stages.base(64, 5, eta, Rng.PHILOX);
        StageSampler.Start mine = start(9, null);

        Pivot alone = sampler.sample(stage, List.of(mine), denoiser, CascadeObserver.NONE).get(0);
        Pivot together = sampler.sample(
                stage, List.of(start(1, null), mine, start(2, null)), denoiser, CascadeObserver.NONE).get(1);

        assertThat(together.data()).containsExactly(alone.data());
    }

    @Test
    void drawsFreshNoiseForEveryStochasticStep() {
        List<NoiseKey> keys = new ArrayList<>();
        NoiseSource recorded = key -> {
            keys.add(key);
            return new float[key.count()];
        };
        StageSampler.Start item = new StageSampler.Start(4, recorded, null, TEXT, NO_TEXT);

        sampler.sample(Stages.base(64, 3, 1, Rng.PHILOX), List.of(item), denoiser, CascadeObserver.NONE);

        assertThat(keys).hasSize(4).doesNotHaveDuplicates().extracting(NoiseKey::purpose)
                .containsExactly(Purpose.INITIAL, Purpose.STEP, Purpose.STEP, Purpose.STEP);
    }

    @Test
    void dividesTheSignalByTheAreaWhenAsked() {
        DenoiseStage shifted = new DenoiseStage(1, 128, 128, 50, 700, SchedulerType.DDIM, 0, TimestepSpacing.LEADING, 1,
                Stages.PAPER, NoiseReschedule.AREA, Rng.PHILOX, Dtype.F32);
        Pivot ones = new Pivot(new float[4 * 16 * 16], 4, 16, 16);
        Arrays.fill(ones.data(), 1);
        StageSampler.Start item = new StageSampler.Start(4, key -> new float[key.count()], ones, TEXT, NO_TEXT);

        sampler.sample(shifted, List.of(item), denoiser, CascadeObserver.NONE);

        // A model of 64 pixels a side at 128: gamma 4.
        double expected = Math.sqrt(SCHEDULE.rescheduledForArea(4).alphaBar(681));
        assertThat((double) denoiser.first).isCloseTo(expected, within(1e-6));
    }

    @Test
    void stopsWhenTheObserverThrows() {
        assertThatThrownBy(() -> sampler.sample(Stages.base(64, 10), List.of(start(1, null)), denoiser, (step, steps) -> {
            if (step == 3) {
                throw new CancellationException("stop");
            }
        })).isInstanceOf(CancellationException.class);

        assertThat(denoiser.timesteps).hasSize(3);
    }

    @Test
    void namesTheItemWhoseNumbersOverflow() {
        Denoiser broken = (samples, shape, timestep, contexts) -> samples.stream().map(s -> {
            float[] out = s.clone();
            out[0] = Float.NaN;
            return out;
        }).toList();

        assertThatThrownBy(() -> sampler.sample(Stages.base(64, 2), List.of(start(-1, null)), broken, CascadeObserver.NONE))
                .hasMessageContaining("stage 0 of seed 18446744073709551615")
                .extracting(e -> ((CascadeException) e).code()).isEqualTo(ErrorCode.NON_FINITE);
    }

    @Test
    void refusesAStageItCannotStart() {
        assertThatThrownBy(() -> sampler.sample(
                Stages.lifted(1, 128, 5, 700), List.of(start(1, null)), denoiser, CascadeObserver.NONE))
                .hasMessageContaining("no pivot of 4x16x16");
        assertThatThrownBy(() -> sampler.sample(
                Stages.base(60, 5), List.of(start(1, null)), denoiser, CascadeObserver.NONE))
                .hasMessageContaining("60x60 (expected multiples of 8)");
    }

    private double difference(int start) {
        DenoiseStage stage = Stages.lifted(1, 64, 50, start);
        float[] one = sampler.sample(stage, List.of(start(1, pivot(1))), denoiser, CascadeObserver.NONE).get(0).data();
        float[] two = sampler.sample(stage, List.of(start(1, pivot(2))), denoiser, CascadeObserver.NONE).get(0).data();
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.abs(one[i] - two[i]);
        }
        return sum;
    }

    private static StageSampler.Start start(long seed, @Nullable Pivot lifted) {
        return new StageSampler.Start(seed, new PhiloxNoise(), lifted, TEXT, NO_TEXT);
    }

    private static Pivot pivot(long seed) {
        return new Pivot(new PhiloxNoise().draw(new NoiseKey(seed, 9, 9, Purpose.INITIAL, 4, 8, 8)), 4, 8, 8);
    }

    private static DenoiseStage unguided(DenoiseStage s) {
        return new DenoiseStage(s.index(), s.width(), s.height(), s.steps(), s.startTimestep(), s.scheduler(), s.eta(),
                s.spacing(), 1, s.upsample(), s.noiseReschedule(), s.rng(), s.dtype());
    }

    private static DenoiseStage trailing(DenoiseStage s) {
        return new DenoiseStage(s.index(), s.width(), s.height(), s.steps(), s.startTimestep(), s.scheduler(), s.eta(),
                TimestepSpacing.TRAILING, s.guidance(), s.upsample(), s.noiseReschedule(), s.rng(), s.dtype());
    }

    /** The exact noise predictor for data that are N(0, spread²) in every cell. */
    private static final class GaussianDenoiser implements Denoiser {

        private final double variance;
        private final List<Integer> timesteps = new ArrayList<>();
        private final List<List<float[]>> contexts = new ArrayList<>();
        private float first;

        private GaussianDenoiser(double spread) {
            variance = spread * spread;
        }

        @Override
        public List<float[]> predict(List<float[]> samples, LatentShape shape, int timestep, List<float[]> texts) {
            if (timesteps.isEmpty()) {
                first = samples.get(0)[0];
            }
            timesteps.add(timestep);
            contexts.add(texts);
            double abar = SCHEDULE.alphaBar(timestep);
            double gain = Math.sqrt(1 - abar) / (abar * variance + 1 - abar);
            return samples.stream().map(sample -> {
                float[] noise = new float[sample.length];
                for (int i = 0; i < noise.length; i++) {
                    noise[i] = (float) (gain * sample[i]);
                }
                return noise;
            }).toList();
        }
    }
}
