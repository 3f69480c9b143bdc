package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.NextGeneration;
import io.selfcascade.platform.dispatch.RunControl;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.dispatch.WorkloadRun;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.intake.FilePurpose;
import io.selfcascade.platform.intake.FileUploads;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.report.ItemStageViews;
import io.selfcascade.spec.ModelRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The road of a workload with everything real but the model: a coordinator's context, and in its company a worker that a
 * test starts when it likes.
 */
abstract class CascadeRoad {

    private static final JsonMapper JSON = JsonMapper.shared();
    static final String POOL = "cpu";

    @Autowired
    WorkloadIntake intake;

    @Autowired
    WorkloadRequestReader requests;

    @Autowired
    FileUploads uploads;

    @Autowired
    RunLedger runs;

    @Autowired
    ItemLedger items;

    @Autowired
    RunControl control;

    @Autowired
    NextGeneration generations;

    @Autowired
    ItemStageViews stages;

    @Autowired
    ArtifactStore store;

    @Autowired
    ModelRegistry models;

    @Autowired
    Topics topics;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    SmartLifecycle conductor;

    Worker worker;
    FakeStageEngine engine;

    @BeforeEach
    void givesALoadedMachineTime() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(100));
    }

    @AfterEach
    void stopWorker() {
        if (worker != null) {
            worker.stop();
        }
        Awaitility.reset();
    }

    void work(Consumer<List<StageInput>> meanwhile) {
        ModelRef model = models.require("scenes").ref();
        engine = new FakeStageEngine(model, Long.MAX_VALUE, meanwhile);
        work(engine);
    }

    void work(EngineSource source) {
        WorkerProperties properties = TestWorker.properties("road", POOL, 8, 1 << 20);
        ResidentEngines engines = new ResidentEngines(source, 1);
        worker = new Worker(() -> new WorkerIdentity("road", UUID.randomUUID()), properties,
                TestWorker.clients(topics, SharedInfrastructure.bootstrapServers()),
                new WorkerFacts(POOL, 1, source.device(), source.models()),
                identity -> new StageRunner(identity, properties, store, engines, Clock.systemUTC(),
                        () -> UUID.randomUUID().toString().substring(0, 8)),
                Clock.systemUTC(), code -> {
                    throw new AssertionError("exit " + code);
                });
        worker.start();
    }

    UUID submit(String items) {
        return submit("", items);
    }

    /** @param knobs of the cascade, each with a comma behind it */
    UUID submit(String knobs, String items) {
        String body = """
                {"model": "scenes", "cascade": {%s "preset": "fast", "target": {"width": 256, "height": 256}}, %s}
                """.formatted(knobs, items);
        return intake.submit(requests.read(body.getBytes(UTF_8)),
                new RequestIdentity("rest", UUID.randomUUID().toString())).workloadId();
    }

    String upload(FilePurpose purpose, byte[] content) throws IOException {
        return uploads.store("default", purpose, "test", new ByteArrayInputStream(content)).reference();
    }

    static String items(int count) {
        return "\"items\": " + IntStream.range(0, count)
                .mapToObj(i -> "{\"custom_id\": \"i" + i + "\", \"prompt\": \"a red circle\"}").toList();
    }

    void awaitState(UUID workload, RunState state) {
        await().until(() -> runs.get(workload).state().isTerminal());
        WorkloadRun run = runs.get(workload);
        assertThat(run.state()).as(run.toString()).isEqualTo(state);
    }

    void awaitEpoch(UUID workload, long epoch) {
        await().until(() -> jdbc.sql("SELECT epoch FROM run_owner WHERE workload_id = :workload")
                .param("workload", workload).query(Long.class).single() >= epoch);
    }

    boolean isUnowned(UUID workload) {
        return jdbc.sql("SELECT owner IS NULL FROM run_owner WHERE workload_id = :workload")
                .param("workload", workload).query(Boolean.class).single();
    }

    JsonNode manifest(UUID workload) throws IOException {
        try (var in = store.open(String.valueOf(runs.get(workload).manifestKey()))) {
            return JSON.readTree(in);
        }
    }

    /** Checks every picture the manifest names against its digest and size. */
    int completedItems(JsonNode manifest) throws IOException {
        JsonNode items = manifest.get("items");
        for (JsonNode item : items) {
            byte[] picture = store.read(item.get("path").stringValue(), item.get("sha256").stringValue());
            assertThat(picture).hasSize(item.get("bytes").intValue());
            assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth())
                    .isEqualTo(item.get("width").intValue());
        }
        assertThat(manifest.at("/counts/completed").intValue()).isEqualTo(items.size());
        assertThat(StreamSupport.stream(items.spliterator(), false).map(item -> item.get("ordinal").intValue()))
                .isSorted().doesNotHaveDuplicates();
        return items.size();
    }

    List<JsonNode> lines(String key) throws IOException {
        try (var in = store.open(key)) {
            return new String(in.readAllBytes(), UTF_8).lines().map(JSON::readTree).toList();
        }
    }
}
