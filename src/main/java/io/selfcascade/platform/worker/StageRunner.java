package io.selfcascade.platform.worker;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.platform.dispatch.message.TaskSucceeded.Artifact;
import io.selfcascade.platform.dispatch.message.TaskSucceeded.Timings;
import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.StageKind;
import io.selfcascade.spec.StageSpec;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a message in native micro-batches: inputs from the artifact store, through an engine, results back
 * to the store, one event each. One bad item never takes another down with it.
 */
final class StageRunner implements TaskRunner {

    private final WorkerIdentity identity;
    private final WorkerProperties properties;
    private final ArtifactStore store;
    private final ResidentEngines engines;
    private final Clock clock;
    private final Supplier<String> runIds;
    private final Previews previews;

    /** @param runIds 8 hex digits that differ with every run, so that two runs of a dispatch never share a key */
    StageRunner(WorkerIdentity identity, WorkerProperties properties, ArtifactStore store, ResidentEngines engines,
            Clock clock, Supplier<String> runIds) {
        this.identity = identity;
        this.properties = properties;
        this.store = store;
        this.engines = engines;
        this.clock = clock;
        this.runIds = runIds;
        this.previews = new Previews(store, runIds);
    }

    @Override
    public TaskDeclined.@Nullable Reason refusal(TaskMessage message) {
        if (!engines.source().has(message.model()) || message.stage().size().pixels() > properties.maxPixels()) {
            return TaskDeclined.Reason.UNSUPPORTED;
        }
        return store.freeBytes() <= 0 ? TaskDeclined.Reason.STORAGE_FULL : null;
    }

    @Override
    public void run(Run run, Consumer<TaskEvent> events) {
        TaskReports reports = new TaskReports(identity, clock, run.message(), events);
        try {
            Deque<Loaded> queue = load(run, reports);
            try (ResidentEngines.Loan loan = engines.lend(run.message().model())) {
                runAll(run, loan.engine(), queue, reports);
            }
        } catch (RunStopped e) {
            reports.stopRest(e.why());
        } catch (CascadeException e) {
            reports.failRest(e);
        } catch (RuntimeException e) {
            reports.failRest(new CascadeException(ErrorCode.INTERNAL, "Cannot run stage: " + e, e));
        }
    }

    private Deque<Loaded> load(Run run, TaskReports reports) {
        Deque<Loaded> queue = new ArrayDeque<>();
        for (Task task : run.message().tasks()) {
            run.check();
            if (run.isCancelled(task)) {
                reports.declined(task, TaskDeclined.Reason.CANCELLED);
                continue;
            }
            try {
                queue.add(load(run.message(), task));
            } catch (CascadeException e) {
                reports.failed(task, e, 1);
            }
        }
        return queue;
    }

    private Loaded load(TaskMessage message, Task task) {
        long start = System.nanoTime();
        long seed = Long.parseUnsignedLong(task.seed());
        StageValue value = null;
        List<StageSpec> stages = List.of();
        if (task.input() != null) {
            byte[] bytes = store.read(task.input().key(), task.input().sha256());
            if (message.stage().kind() == StageKind.ENCODE) {
                value = PictureReader.read(bytes, message.stage().width(), message.stage().height());
            } else {
                PivotFile pivot = PivotFile.parse(bytes);
                value = pivot.latent();
                stages = Recipe.stagesOf(pivot.metadata());
            }
        }
        Recipe recipe = new Recipe(message.model(), task.prompt(), task.negativePrompt(), task.seed(), stages);
        StageInput input = new StageInput(seed, task.prompt(), task.negativePrompt(), value, stages);
        return new Loaded(task, input, recipe.then(message.stage()), millisSince(start));
    }

    /** Takes as many at a time as fit; what did not fit once is not tried again in this run. */
    private void runAll(Run run, StageEngine engine, Deque<Loaded> queue, TaskReports reports) {
        long perCall = Math.max(1, properties.batchPixels() / run.message().stage().size().pixels());
        int limit = (int) Math.min(properties.microBatch(), perCall);
        while (!queue.isEmpty()) {
            List<Loaded> batch = new ArrayList<>();
            while (batch.size() < limit && !queue.isEmpty()) {
                batch.add(queue.remove());
            }
            try {
                runBatch(run, engine, batch, reports);
            } catch (CascadeException e) {
                if (batch.size() == 1) {
                    reports.failed(batch.get(0).task(), e, 1);
                } else if (e.code() == ErrorCode.DEVICE_OUT_OF_MEMORY) {
                    limit = (batch.size() + 1) / 2;
                    putBack(queue, batch);
                } else if (isOneItemsFault(e)) {
                    runSingly(run, engine, batch, reports);
                } else {
                    throw e;
                }
            }
        }
    }

    private static void putBack(Deque<Loaded> queue, List<Loaded> batch) {
        for (int i = batch.size() - 1; i >= 0; i--) {
            queue.addFirst(batch.get(i));
        }
    }

    private static boolean isOneItemsFault(CascadeException e) {
        FailureClass blame = e.code().failureClass();
        return blame == FailureClass.NUMERIC || blame == FailureClass.INVALID;
    }

    /** Finds the guilty item by running each alone; the others keep their results. */
    private void runSingly(Run run, StageEngine engine, List<Loaded> batch, TaskReports reports) {
        for (Loaded item : batch) {
            try {
                runBatch(run, engine, List.of(item), reports);
            } catch (CascadeException e) {
                reports.failed(item.task(), e, 1);
            }
        }
    }

    private void runBatch(Run run, StageEngine engine, List<Loaded> batch, TaskReports reports) {
        List<Task> tasks = batch.stream().map(Loaded::task).toList();
        List<StageInput> inputs = batch.stream().map(Loaded::input).toList();
        long start = System.nanoTime();
        List<StageValue> values;
        try {
            run.step(0, 0, tasks);
            values = engine.run(run.message().stage(), inputs, (step, steps) -> run.step(step, steps, tasks));
        } catch (RunStopped e) {
            if (e.why() != RunStopped.Cause.CANCELLED) {
                throw e;
            }
            tasks.forEach(task -> reports.declined(task, TaskDeclined.Reason.CANCELLED));
            return;
        }
        // Each item bears its share, so that the sum over items is what the device has worked.
        int runMillis = millisSince(start) / batch.size();
        for (int i = 0; i < batch.size(); i++) {
            finish(run, engine, batch.get(i), values.get(i), batch.size(), runMillis, reports);
        }
    }

    private void finish(Run run, StageEngine engine, Loaded item, StageValue value, int microBatch, int runMillis,
            TaskReports reports) {
        if (run.isCancelled(item.task())) {
            reports.declined(item.task(), TaskDeclined.Reason.CANCELLED);
            return;
        }
        long start = System.nanoTime();
        Artifact artifact;
        try {
            artifact = store(item, value, run.message().stage());
        } catch (CascadeException e) {
            reports.failed(item.task(), e, microBatch);
            return;
        }
        Artifact preview = previews.make(engine, run.message().stage(), item, value);
        Timings timings = new Timings(item.loadMillis(), runMillis, millisSince(start));
        reports.succeeded(item.task(), artifact, preview, microBatch, timings);
    }

    private Artifact store(Loaded item, StageValue value, StageSpec stage) {
        String name = item.task().outputPrefix() + runIds.get();
        if (value instanceof Latent latent) {
            if (!latent.isFinite()) {
                throw new CascadeException(ErrorCode.NON_FINITE,
                        "Cannot store pivot: it holds NaN or infinity (a 32-bit dtype or other seed may help)");
            }
            byte[] file = new PivotFile(latent, item.recipe().metadata()).toBytes();
            StoredArtifact stored = store.put(name + ".safetensors", file);
            return artifact(stored, PivotFile.MEDIA_TYPE, stage.width(), stage.height());
        }
        Picture picture = (Picture) value;
        StoredArtifact stored = store.put(name + ".png", PngImage.encode(picture, item.recipe().texts()));
        return artifact(stored, PngImage.MEDIA_TYPE, picture.width(), picture.height());
    }

    static Artifact artifact(StoredArtifact stored, String mediaType, int width, int height) {
        return new Artifact(stored.key(), mediaType, stored.sha256(), stored.bytes(), width, height, 1);
    }

    private static int millisSince(long startNanos) {
        return (int) ((System.nanoTime() - startNanos) / 1_000_000);
    }

    /** A task whose input lies in memory. */
    record Loaded(Task task, StageInput input, Recipe recipe, int loadMillis) {}
}
