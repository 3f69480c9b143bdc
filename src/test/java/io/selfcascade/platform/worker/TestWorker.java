package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.Device;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker whose runs do what a test says; also the entry of a worker process that a test kills. */
final class TestWorker implements AutoCloseable {

    final WorkerIdentity identity;
    final List<Long> ran;
    private final Worker worker;

    TestWorker(String bootstrapServers, String id, String pool, Consumer<Run> meanwhile) {
        identity = new WorkerIdentity(id, UUID.randomUUID());
        RecordingRunner runner = new RecordingRunner(identity, meanwhile);
        ran = runner.ran;
        worker = worker(bootstrapServers, pool, runner);
        worker.start();
    }

    TestWorker(String bootstrapServers, String id, String pool, TaskRunner runner) {
        identity = new WorkerIdentity(id, UUID.randomUUID());
        ran = List.of();
        worker = worker(bootstrapServers, pool, runner);
        worker.start();
    }

    static WorkerProperties properties(String id, String pool, int microBatch, long batchPixels) {
        return new WorkerProperties(id, pool, Device.Kind.CPU, 0, Path.of("target", "models"), 1, 1, microBatch,
                batchPixels, 1 << 20, 1, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(2));
    }

    static WorkerClients clients(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        return new WorkerClients(settings, settings, settings);
    }

    @Override
    public void close() {
        worker.stop();
    }

    private Worker worker(String bootstrapServers, String pool, TaskRunner runs) {
        WorkerFacts facts = new WorkerFacts(pool, 1, new DeviceFacts("cpu", "test", 1, 1), List.of("scenes"));
        return new Worker(identity, properties(identity.id(), pool, 8, 1 << 20), clients(bootstrapServers), facts, runs,
                Clock.systemUTC(), code -> Runtime.getRuntime().halt(code));
    }

    /** Arguments: broker, pool, how to die: {@code before} the acknowledgement, {@code after} it, or {@code broken}. */
    public static void main(String[] arguments) {
        switch (arguments[2]) {
            case "before" -> new TestWorker(arguments[0], "victim", arguments[1], new DiesWhenAsked());
            case "after" -> new TestWorker(arguments[0], "victim", arguments[1], run -> Runtime.getRuntime().halt(137));
            default -> new TestWorker(arguments[0], "victim", arguments[1], run -> {
                throw new OutOfMemoryError("as if the heap were full");
            });
        }
    }

    /** Dies with a message in hand that it has neither announced nor acknowledged. */
    private static final class DiesWhenAsked implements TaskRunner {

        @Override
        public TaskDeclined.@Nullable Reason refusal(TaskMessage message) {
            Runtime.getRuntime().halt(137);
            return null;
        }

        @Override
        public void run(Run run, Consumer<TaskEvent> events) {
            throw new AssertionError("ran before it was asked");
        }
    }
}
