package io.selfcascade.platform.trigger;

import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.OpenedRuns;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.intake.IntakeFixture;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.SchedulePatch;
import io.selfcascade.platform.intake.ScheduleRequest;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Schedules with everything behind them that is real, on a ledger whose clock stands where the test puts it. */
final class ScheduleFixture {

    static final String TENANT = "default";
    static final int MOST_BACKFILLED = 31;
    static final int MOST_FILES = 5;
    static final int MOST_ITEMS = 5;
    static final String TOPICS = "test.items";
    static final String WORKLOAD = """
            {"name": "nightly {date}", "model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}},
             "items": [{"prompt": "a red circle on a white background"}]}""";

    static final String NIGHTLY =
            "{\"name\": \"nightly\", \"cron\": \"30 2 * * *\", \"time_zone\": \"UTC\", \"workload\": " + WORKLOAD + "}";

    /** One database for all tests of the package, emptied before each: making a database costs more than most tests. */
    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();
    private static final IntakeFixture INTAKE = new IntakeFixture(DATABASE.dataSource(), Schedule.class.getPackageName());

    final TestDatabase database = DATABASE;
    final JdbcClient jdbc = JdbcClient.create(DATABASE.dataSource());
    final TransactionTemplate transactions = new TransactionTemplate(INTAKE.transactions);
    final OpenedRuns ledger = new OpenedRuns(jdbc, INTAKE.transactions);
    final FileArtifactStore store = new FileArtifactStore(SharedInfrastructure.freshFolder(), 0);
    final Path localFolder = SharedInfrastructure.freshFolder();
    final ScheduleRequestReader reader = new ScheduleRequestReader(IntakeLimits.DEFAULT);
    final ScheduleRows rows = INTAKE.repository(ScheduleRows.class);
    final ScheduleTimers timers = new ScheduleTimers(jdbc);
    final ScheduleRuns runs = new ScheduleRuns(jdbc);
    final Schedules schedules = new Schedules(
            rows, timers, runs, reader, intake(ledger), folder(ledger), topic(ledger), transactions, INTAKE.ids, InstantSource.system());
    final RequestedRuns requested =
            new RequestedRuns(transactions, timers, rows, runs, start(ledger), reader, MOST_BACKFILLED);

    ScheduleFixture() {
        DATABASE.execute("DELETE FROM schedule; DELETE FROM workload; DELETE FROM workload_event");
        at("2026-11-25T00:00:00Z");
    }

    /** What one coordinator looks with. */
    DueSchedules coordinator() {
        return coordinator(ledger);
    }

    /** @param events hears of accepted workloads in their transactions */
    DueSchedules coordinator(ApplicationEventPublisher events) {
        return new DueSchedules(transactions, timers, rows, runs, start(events));
    }

    RunStart start(ApplicationEventPublisher events) {
        return new RunStart(ledger.openRuns(), intake(events), reader, runs, folder(events), topic(events));
    }

    WaitingRuns waiting(ApplicationEventPublisher events) {
        return new WaitingRuns(transactions, timers, rows, runs, start(events));
    }

    private TopicStart topic(ApplicationEventPublisher events) {
        Map<String, Object> settings =
                TopicStart.settings(Map.of("bootstrap.servers", SharedInfrastructure.bootstrapServers()));
        IntakeLimits few = new IntakeLimits(2L << 20, 64 << 10, MOST_ITEMS, 32_000, 200_000_000, 64L << 20);
        return new TopicStart(() -> new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                new ScheduleOffsets(jdbc), intake(events), runs, few, TOPICS);
    }

    private FolderStart folder(ApplicationEventPublisher events) {
        return new FolderStart(INTAKE.folders(store, List.of(localFolder)), new WorkloadRequestReader(IntakeLimits.DEFAULT),
                intake(events), runs, MOST_FILES);
    }

    WorkloadIntake intake(ApplicationEventPublisher events) {
        return INTAKE.intake(store, List.of(localFolder), events);
    }

    /** Puts the ledger's clock at a time. */
    void at(String time) {
        database.ledgerStoppedAt(Instant.parse(time));
    }

    /** @param more fields, each with a comma before it */
    UUID nightly(String more) {
        return schedule(NIGHTLY.substring(1, NIGHTLY.length() - 1) + more);
    }

    UUID schedule(String fields) {
        return schedules.create(TENANT, request("{" + fields + "}")).id();
    }

    ScheduleRequest request(String json) {
        try {
            return reader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SchedulePatch patch(String json) {
        try {
            return reader.readPatch(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void edit(UUID schedule, String patch) {
        schedules.edit(TENANT, schedule, patch(patch), null);
    }

    /** What became of the schedule's times, the one decided last first. */
    List<ScheduleRun> history(UUID schedule) {
        return runs.page(schedule, null, 100);
    }

    ScheduleRun run(UUID schedule, String logicalDate) {
        return history(schedule).stream().filter(run -> run.logicalDate().toString().equals(logicalDate)).findAny().orElseThrow();
    }

    int count(String sql) {
        return jdbc.sql("SELECT count(*) FROM " + sql).query(Integer.class).single();
    }
}
