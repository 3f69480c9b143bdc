package io.selfcascade.diffusion.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.spec.PredictionType;
import io.selfcascade.spec.TimestepSpacing;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DdimSchedulerTest {

    private static final NoiseSchedule SCHEDULE = NoiseScheduleTest.STABLE_DIFFUSION;

    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void returnsToTheCleanSampleWhenTheNetworkIsRight(PredictionType type) {
        float[] clean = {0.4f, -1.1f};
        float[] noise = {1.3f, -0.2f};
        float[] sample = SCHEDULE.addNoise(clean, noise, 981);

        for (SchedulerStep step : walk(type, 0)) {
            sample = step.apply(sample, perfect(type, clean, sample, step.timestep()), null);
        }

        float[] expected = SCHEDULE.addNoise(clean, noise, 0);     // set_alpha_to_one is false: the walk ends at ᾱ_0
        assertThat(sample).usingComparatorWithPrecision(1e-3f).containsExactly(expected);
    }

    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void isLinearInSampleOutputAndNoise(PredictionType type) {
        SchedulerStep step = scheduler(type, 0.5).step(701, 681);

        float next = step.apply(new float[] {0.5f}, new float[] {-0.3f}, new float[] {0.9f})[0];

        double expected = step.fromSample() * 0.5 + step.fromOutput() * -0.3 + step.fresh() * 0.9;
        assertThat(next).isCloseTo((float) expected, within(1e-6f));
    }

    @Test
    void agreesWithDiffusersWithoutNoise() {
        // Golden: an independent computation of diffusers' DDIM step, x = 0.5, out = -0.3.
        SchedulerStep epsilon = scheduler(PredictionType.EPSILON, 0).step(701, 681);
        SchedulerStep velocity = scheduler(PredictionType.V_PREDICTION, 0).step(701, 681);
        SchedulerStep last = scheduler(PredictionType.EPSILON, 0).step(1, -19);

        assertThat(epsilon.conversion().clean(0.5, -0.3)).isCloseTo(2.7512922244, within(2e-6));
        assertThat(one(epsilon, 0)).isCloseTo(.5609314161f, within(1e-6f));
        assertThat(velocity.conversion().clean(0.5, -0.3)).isCloseTo(.4305554682, within(1e-6));
        assertThat(one(velocity, 0)).isCloseTo(.5066033581f, within(1e-6f));
        assertThat(last.conversion().clean(0.5, -0.3)).isCloseTo(.5128208618, within(1e-6));
        assertThat(one(last, 0)).isCloseTo(.5038564388f, within(1e-6f));
    }

    @Test
    void agreesWithDiffusersWithNoise() {
        assertThat(one(scheduler(PredictionType.EPSILON, 1).step(701, 681), 0.7f)).isCloseTo(.8375036845f, within(1e-6f));
    }

    @Test
    void landsOnACleanSampleWhenAlphaIsSetToOne() {
        SchedulerConfig config = SchedulerConfig.of(Map.of("clip_sample", false));
        SchedulerStep last = new DdimScheduler(config, config.schedule(), 0).step(0, -20);

        assertThat(last.clean()).isEqualTo(1);
        assertThat(last.direction()).isZero();
    }

    @Test
    void clampsThePredictedSampleAndKeepsThePredictedNoise() {
        SchedulerConfig config = SchedulerConfig.of(Map.of("clip_sample", true, "clip_sample_range", 2.0,
                "beta_schedule", "scaled_linear", "beta_start", 0.00085, "beta_end", 0.012));
        SchedulerStep step = new DdimScheduler(config, SCHEDULE, 0).step(701, 681);

        assertThat((double) one(step, 0)).isCloseTo(step.clean() * 2 + step.direction() * -0.3, within(1e-6));
    }

    @Test
    void refusesAStochasticStepWithoutNoise() {
        SchedulerStep step = scheduler(PredictionType.EPSILON, 1).step(701, 681);

        assertThatThrownBy(() -> step.apply(new float[1], new float[1], null)).hasMessageContaining("noise is missing");
    }

    @Test
    void readsACheckpointsSchedulerConfig() {
        SchedulerConfig config = config(PredictionType.V_PREDICTION);

        assertThat(config.clipRange()).isInfinite();
        assertThat(config.schedule().alphaBar(500)).isEqualTo(SCHEDULE.alphaBar(500));
        assertThatThrownBy(() -> SchedulerConfig.of(Map.of("beta_schedule", "sigmoid"))).hasMessageContaining("sigmoid");
        assertThatThrownBy(() -> SchedulerConfig.of(Map.of("thresholding", true))).hasMessageContaining("thresholding");
        assertThatThrownBy(() -> SchedulerConfig.of(Map.of("steps_offset", "one"))).hasMessageContaining("steps_offset");
    }

    private static float one(SchedulerStep step, float noise) {
        return step.apply(new float[] {0.5f}, new float[] {-0.3f}, new float[] {noise})[0];
    }

    private static Iterable<SchedulerStep> walk(PredictionType type, double eta) {
        return scheduler(type, eta).walk(TimestepGrid.of(TimestepSpacing.LEADING, 1000, 50, 1));
    }

    private static DdimScheduler scheduler(PredictionType type, double eta) {
        return new DdimScheduler(config(type), SCHEDULE, eta);
    }

    private static SchedulerConfig config(PredictionType type) {
        return SchedulerConfig.of(Map.of("beta_schedule", "scaled_linear", "beta_start", 0.00085, "beta_end", 0.012,
                "steps_offset", 1, "set_alpha_to_one", false, "clip_sample", false,
                "prediction_type", type.name().toLowerCase(java.util.Locale.ROOT)));
    }

    /** What a network that knows the clean sample would say. */
    private static float[] perfect(PredictionType type, float[] clean, float[] sample, int t) {
        double signal = Math.sqrt(SCHEDULE.alphaBar(t));
        double spread = Math.sqrt(1 - SCHEDULE.alphaBar(t));
        float[] noise = new float[clean.length];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) ((sample[i] - signal * clean[i]) / spread);
        }
        return switch (type) {
            case EPSILON -> noise;
            case V_PREDICTION -> SCHEDULE.velocity(clean, noise, t);
            case SAMPLE -> clean;
        };
    }
}
