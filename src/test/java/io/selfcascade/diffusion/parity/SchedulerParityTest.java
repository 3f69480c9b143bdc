package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.noise.DdimScheduler;
import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.noise.SchedulerConfig;
import io.selfcascade.diffusion.noise.SchedulerStep;
import io.selfcascade.diffusion.noise.TimestepGrid;
import io.selfcascade.spec.TimestepSpacing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every step of diffusers' DDIMScheduler: predictions × spacings × {10, 30, 50} steps × η {0, 1}, and its odd options. */
class SchedulerParityTest {

    private static final Reference DDIM = Reference.open("scheduler/ddim.safetensors");

    @ParameterizedTest
    @MethodSource("cases")
    void visitsTheSameTimesteps(Case walk) {
        assertThat(walk.grid().timesteps()).isEqualTo(walk.timesteps());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void takesEveryStepAlike(Case walk) {
        float[] expected = DDIM.floats(walk.name() + ".prev_sample");
        float[] start = DDIM.floats("sample");
        int size = start.length;
        float[] steps = new float[expected.length];

        for (int i = 0; i < walk.timesteps().size(); i++) {
            float[] sample = i == 0 ? start : slice(expected, i - 1, size);
            System.arraycopy(walk.apply(i, sample), 0, steps, i * size, size);
        }

        Judge.agrees("scheduler · " + walk.name() + " · each step", steps, expected);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void walksTheWholeWayAlike(Case walk) {
        float[] expected = DDIM.floats(walk.name() + ".prev_sample");
        float[] sample = DDIM.floats("sample");

        for (int i = 0; i < walk.timesteps().size(); i++) {
            sample = walk.apply(i, sample);
        }

        float[] last = slice(expected, walk.timesteps().size() - 1, sample.length);
        Judge.agrees("scheduler · " + walk.name() + " · end of the walk", sample, last);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void predictsTheSameCleanSample(Case walk) {
        float[] expected = DDIM.floats(walk.name() + ".pred_original_sample");
        float[] samples = DDIM.floats(walk.name() + ".prev_sample");
        float[] start = DDIM.floats("sample");
        float[] clean = new float[expected.length];

        for (int i = 0; i < walk.timesteps().size(); i++) {
            float[] sample = i == 0 ? start : slice(samples, i - 1, start.length);
            float[] output = slice(DDIM.floats("model_outputs"), i, start.length);
            SchedulerStep step = walk.steps().get(i);
            for (int j = 0; j < sample.length; j++) {
                double value = step.conversion().clean(sample[j], output[j]);
                clean[i * sample.length + j] = (float) Math.max(-step.clipRange(), Math.min(step.clipRange(), value));
            }
        }

        Judge.agrees("scheduler · " + walk.name() + " · clean sample", clean, expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scaled_linear", "linear", "squaredcos_cap_v2", "zero_snr"})
    void buildsTheSameNoiseSchedule(String name) {
        Map<String, Object> config = switch (name) {
            case "linear" -> Map.of("beta_start", 1e-4, "beta_end", 0.02, "beta_schedule", "linear");
            case "squaredcos_cap_v2" -> Map.of("beta_schedule", "squaredcos_cap_v2");
            default -> Map.of("beta_start", 0.00085, "beta_end", 0.012, "beta_schedule", "scaled_linear",
                    "rescale_betas_zero_snr", name.equals("zero_snr"));
        };
        NoiseSchedule schedule = SchedulerConfig.of(config).schedule();
        float[] abar = new float[schedule.timesteps()];

        for (int t = 0; t < abar.length; t++) {
            abar[t] = (float) schedule.alphaBar(t);
        }

        Judge.agrees("scheduler · alphas_cumprod · " + name, abar, DDIM.floats("alphas_cumprod." + name));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void addsNoiseAndFormsTheVelocityAlike(int item) {
        NoiseSchedule schedule = SchedulerConfig.of(
                Map.of("beta_start", 0.00085, "beta_end", 0.012, "beta_schedule", "scaled_linear")).schedule();
        int size = DDIM.floats("sample").length;
        int timestep = (int) DDIM.longs("forward.timesteps")[item];
        float[] clean = slice(DDIM.floats("forward.clean"), item, size);
        float[] noise = slice(DDIM.floats("forward.noise"), item, size);

        float[] noisy = schedule.addNoise(clean, noise, timestep);
        float[] velocity = schedule.velocity(clean, noise, timestep);

        Judge.agrees("scheduler · add_noise · t=" + timestep, noisy, slice(DDIM.floats("forward.noisy"), item, size));
        Judge.agrees("scheduler · get_velocity · t=" + timestep, velocity,
                slice(DDIM.floats("forward.velocity"), item, size));
    }

    static Stream<Case> cases() {
        return Reference.json("scheduler/cases.json").valueStream().map(Case::of);
    }

    private static float[] slice(float[] values, int index, int size) {
        return Arrays.copyOfRange(values, index * size, (index + 1) * size);
    }

    /** One walk of the judge: its configuration, its timesteps, and our steps for it. */
    private record Case(String name, List<Integer> timesteps, double eta, TimestepGrid grid, List<SchedulerStep> steps) {

        static Case of(JsonNode json) {
            Map<String, Object> options = new HashMap<>();
            json.get("config").propertyStream().forEach(e -> options.put(e.getKey(), plain(e.getValue())));
            SchedulerConfig config = SchedulerConfig.of(options);
            String spacing = json.get("config").get("timestep_spacing").asString();
            TimestepGrid grid = TimestepGrid.of(TimestepSpacing.valueOf(spacing.toUpperCase(Locale.ROOT)),
                    config.trainTimesteps(), json.get("steps").asInt(), config.stepsOffset());
            double eta = json.get("eta").asDouble();
            List<Integer> timesteps = json.get("timesteps").valueStream().map(JsonNode::asInt).toList();
            List<SchedulerStep> steps = new DdimScheduler(config, config.schedule(), eta).walk(grid);
            return new Case(json.get("name").asString(), timesteps, eta, grid, steps);
        }

        float[] apply(int index, float[] sample) {
            float[] output = slice(DDIM.floats("model_outputs"), index, sample.length);
            float[] noise = slice(DDIM.floats("noise"), index, sample.length);
            return steps.get(index).apply(sample, output, eta > 0 ? noise : null);
        }

        @Override
        public String toString() {
            return name;
        }

        private static Object plain(JsonNode value) {
            if (value.isBoolean()) {
                return value.asBoolean();
            }
            return value.isNumber() ? value.numberValue() : value.asString();
        }
    }
}
