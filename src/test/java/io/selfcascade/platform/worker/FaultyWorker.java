package io.selfcascade.platform.worker;

import io.selfcascade.faults.process.FaultPoints;
import io.selfcascade.faults.process.FaultyStore;
import io.selfcascade.faults.process.ShiftedClock;
import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A worker process whose pictures are functions of prompt and seed alone, whose memory, speed and models are settings, and
 * which some prompts drive mad: {@code glutton} takes all memory, {@code hang} never returns.
 */
public final class FaultyWorker implements EngineSource, StageEngine {

    private static final int MORE = 16 << 20;

    private final ModelRef model;
    private final FaultPoints points;

    private FaultyWorker(ModelRef model, FaultPoints points) {
        this.model = model;
        this.points = points;
    }

    /**
     * The platform's worker without Spring, which would take longer to start than all it is started for. Arguments: topic
     * prefix, broker, id, artifact folder, digest of the model.
     */
    public static void main(String[] arguments) {
        FaultPoints points = FaultPoints.ofThisProcess();
        String id = arguments[2];
        ArtifactStore store = new FaultyStore(new FileArtifactStore(Path.of(arguments[3]), 1 << 20), points);
        Clock clock = new ShiftedClock(Clock.systemUTC(), points);
        FaultyWorker engine = new FaultyWorker(new ModelRef("scenes", arguments[4]), points);
        WorkerProperties properties = new WorkerProperties(id, "cpu", Device.Kind.CPU, 0, Path.of("target", "models"), 1, 1, 8, 2_097_152,
                1 << 22, 1, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(5));
        ResidentEngines engines = new ResidentEngines(engine, 1);
        Worker worker = new Worker(() -> new WorkerIdentity(id, UUID.randomUUID()), properties,
                TestWorker.clients(new Topics(arguments[0]), arguments[1]), new WorkerFacts("cpu", 1, engine.device(), engine.models()),
                identity -> new StageRunner(identity, properties, store, engines, clock, () -> UUID.randomUUID().toString().substring(0, 8)),
                clock, code -> Runtime.getRuntime().halt(code));
        while (!worker.isRunning()) {
            try {
                worker.start();
            } catch (RuntimeException e) {
                // Spring would end the process here, and its supervisor start it again.
                rest(1_000);
            }
        }
        Runtime.getRuntime().addShutdownHook(new Thread(worker::stop));
    }

    @Override
    public List<StageValue> run(StageSpec stage, List<StageInput> items, StepObserver observer) {
        points.reached("engine." + stage.index());
        for (StageInput item : items) {
            if (item.prompt().equals("glutton")) {
                takeAllMemory();
            } else if (item.prompt().equals("hang")) {
                hang();
            }
        }
        long memory = points.setting("engine.memory").map(Long::parseLong).orElse(Long.MAX_VALUE);
        return new FakeStageEngine(model, memory).run(stage, items, (step, steps) -> {
            rest(points.setting("engine.millis").map(Long::parseLong).orElse(0L));
            points.note(step + " " + items.get(0).prompt());
            observer.step(step, steps);
        });
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    @Override
    public DeviceFacts device() {
        return new DeviceFacts("cpu", "faulty", 1 << 30, 1 << 22);
    }

    @Override
    public List<String> models() {
        return List.of(model.id());
    }

    @Override
    public boolean has(ModelRef asked) {
        return asked.equals(model) && points.setting("engine.without.model").isEmpty();
    }

    @Override
    public StageEngine open(ModelRef asked) {
        return this;
    }

    private static void takeAllMemory() {
        List<byte[]> taken = new ArrayList<>();
        while (taken.size() < Integer.MAX_VALUE) {
            taken.add(new byte[MORE]);
        }
    }

    private static void hang() {
        while (true) {
            rest(1_000);
        }
    }

    private static void rest(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
