package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.Device;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A worker whose runs do what a test says; also the entry of a worker process that a test kills. */
final class TestWorker implements AutoCloseable {

    final List<UUID> boots = new ArrayList<>();
    final List<Long> ran = new CopyOnWriteArrayList<>();
    private final String id;
    private final Worker worker;

    TestWorker(Topics topics, String bootstrapServers, String id, String pool, Consumer<Run> meanwhile) {
        this.id = id;
        worker = worker(topics, bootstrapServers, pool, identity -> new RecordingRunner(identity, ran, meanwhile));
        worker.start();
    }

    TestWorker(Topics topics, String bootstrapServers, String id, String pool, TaskRunner runner) {
        this.id = id;
        worker = worker(topics, bootstrapServers, pool, identity -> runner);
        worker.start();
    }

    static WorkerProperties properties(String id, String pool, int microBatch, long batchPixels) {
        return new WorkerProperties(id, pool, Device.Kind.CPU, 0, Path.of("target", "models"), 1, 1, microBatch,
                batchPixels, 1 << 20, 1, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(2));
    }

    static WorkerClients clients(Topics topics, String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        return new WorkerClients(topics, settings, settings, settings);
    }

    /** Stops and starts in the same process. */
    void restart() {
        worker.stop();
        worker.start();
    }

    @Override
    public void close() {
        worker.stop();
    }

    private Worker worker(
            Topics topics, String bootstrapServers, String pool, Function<WorkerIdentity, TaskRunner> runners) {
        WorkerFacts facts = new WorkerFacts(pool, 1, new DeviceFacts("cpu", "test", 1, 1), List.of("scenes"));
        return new Worker(this::nextLife, properties(id, pool, 8, 1 << 20), clients(topics, bootstrapServers), facts, runners,
                Clock.systemUTC(), code -> Runtime.getRuntime().halt(code));
    }

    private WorkerIdentity nextLife() {
        WorkerIdentity identity = new WorkerIdentity(id, UUID.randomUUID());
        boots.add(identity.bootId());
        return identity;
    }

    /** Arguments: topics, broker, pool, how to die: {@code before} the acknowledgement, {@code after} it, or {@code broken}. */
    public static void main(String[] arguments) {
        Topics topics = new Topics(arguments[0]);
        String pool = arguments[2];
        switch (arguments[3]) {
            case "before" -> new TestWorker(topics, arguments[1], "victim", pool, new DiesWhenAsked());
            case "after" -> new TestWorker(topics, arguments[1], "victim", pool, run -> Runtime.getRuntime().halt(137));
            default -> new TestWorker(topics, arguments[1], "victim", pool, run -> {
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
