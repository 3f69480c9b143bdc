package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.platform.dispatch.message.TaskSucceeded.Artifact;
import io.selfcascade.platform.dispatch.message.TaskSucceeded.Timings;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Task messages for tests. */
final class Messages {

    static final ModelRef MODEL = new ModelRef("scenes", "9f".repeat(32));
    static final Timings TIMINGS = new Timings(1, 2, 3);
    static final UUID WORKLOAD = UUID.fromString("019ab000-0000-7000-8000-000000000001");

    private Messages() {}

    static TaskMessage ofOne(long dispatch, String pool) {
        return of(dispatch, pool, List.of(task(dispatch * 100, WORKLOAD, 0)));
    }

    static TaskMessage of(long dispatch, String pool, List<Task> tasks) {
        return new TaskMessage(dispatch, pool, Instant.now().plus(Duration.ofMinutes(15)), 30, 5, 900, MODEL,
                denoise(0, 32, null), tasks);
    }

    static TaskMessage of(StageSpec stage, List<Task> tasks) {
        return new TaskMessage(7, "cpu", Instant.now().plus(Duration.ofMinutes(15)), 30, 5, 900, MODEL, stage, tasks);
    }

    static List<Task> tasks(int count) {
        return IntStream.range(0, count).mapToObj(i -> task(100 + i, WORKLOAD, i)).toList();
    }

    static Task task(long id, UUID workload, int ordinal) {
        return task(id, workload, ordinal, "a red circle", null);
    }

    static Task task(long id, UUID workload, int ordinal, String prompt, TaskMessage.@Nullable Input input) {
        return new Task(id, workload, ordinal, 1, String.valueOf(ordinal + 1), prompt, "", input,
                workload + "/0/" + ordinal + "/0." + id + ".", null);
    }

    static Artifact artifact(Task task) {
        return new Artifact(
                task.outputPrefix() + "00000000.safetensors", PivotFile.MEDIA_TYPE, "00".repeat(32), 1, 32, 32, 1);
    }

    static DenoiseStage denoise(int index, int side, @Nullable Upsample upsample) {
        return new DenoiseStage(index, side, side, 4, upsample == null ? 1000 : 700, SchedulerType.DDIM, 0,
                TimestepSpacing.LEADING, 7.5, upsample, NoiseReschedule.NONE, Rng.PHILOX, Dtype.F32);
    }

    static Upsample bilinear() {
        return new Upsample(UpsampleSpace.LATENT, UpsampleKernel.BILINEAR);
    }

    static DecodeStage decode(int index, int side) {
        return new DecodeStage(index, side, side, Dtype.F32, Tiling.AUTO);
    }
}
