package io.selfcascade.platform.worker;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.Sha256Stream;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.platform.dispatch.message.TaskSucceeded.Timings;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker process whose stages are no work: the platform's own worker from hand-off to report, and between them one
 * digest of a few bytes. What is measured with it is the platform alone.
 */
public final class NoWorkWorker implements TaskRunner {

    private static final int SLOTS = 4;
    private static final int FILE_BYTES = 16 << 10;

    private final WorkerIdentity identity;
    private final @Nullable ArtifactStore store;
    private final Path accepted;

    private NoWorkWorker(WorkerIdentity identity, @Nullable ArtifactStore store, Path accepted) {
        this.identity = identity;
        this.store = store;
        this.accepted = accepted;
    }

    /** Arguments: topic prefix, broker, file for the times of acceptance, artifact folder or {@code -} for results without a file. */
    public static void main(String[] arguments) {
        Topics topics = new Topics(arguments[0]);
        ArtifactStore store = arguments[3].equals("-") ? null : new FileArtifactStore(Path.of(arguments[3]), 0);
        WorkerProperties properties = new WorkerProperties("bench", "cpu", Device.Kind.CPU, 0, Path.of("target", "models"), SLOTS, 1, 64,
                Long.MAX_VALUE, 1 << 24, 1, Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(2));
        WorkerFacts facts = new WorkerFacts("cpu", SLOTS, new DeviceFacts("cpu", "no work", 1, 1 << 24), List.of("scenes"));
        Worker worker = new Worker(() -> new WorkerIdentity("bench", UUID.randomUUID()), properties,
                TestWorker.clients(topics, arguments[1]), facts,
                identity -> new NoWorkWorker(identity, store, Path.of(arguments[2])), Clock.systemUTC(), code -> Runtime.getRuntime().halt(code));
        worker.start();
        Runtime.getRuntime().addShutdownHook(new Thread(worker::stop));
    }

    @Override
    public TaskDeclined.@Nullable Reason refusal(TaskMessage message) {
        return null;
    }

    @Override
    public void run(Run run, Consumer<TaskEvent> events) {
        note(run.message());
        TaskReports reports = new TaskReports(identity, Clock.systemUTC(), run.message(), events);
        int together = run.message().tasks().size();
        for (Task task : run.message().tasks()) {
            StoredArtifact stored = result(task);
            reports.succeeded(task, StageRunner.artifact(stored, PivotFile.MEDIA_TYPE, run.message().stage().width(),
                    run.message().stage().height()), null, together, new Timings(0, 0, 0));
        }
    }

    private StoredArtifact result(Task task) {
        String key = task.outputPrefix() + "00000000.safetensors";
        if (store != null) {
            byte[] content = new byte[FILE_BYTES];
            Arrays.fill(content, (byte) task.ordinal());
            return store.put(key, content);
        }
        byte[] content = ByteBuffer.allocate(64).putLong(task.taskId()).putInt(task.ordinal()).array();
        return new StoredArtifact(key, Sha256Stream.digest(content), content.length);
    }

    /** First task and time of a message of one: what the latency of dispatch is read from. */
    private void note(TaskMessage message) {
        if (message.tasks().size() > 1) {
            return;
        }
        try {
            Files.writeString(accepted, message.tasks().get(0).taskId() + " " + System.currentTimeMillis() + "\n",
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
