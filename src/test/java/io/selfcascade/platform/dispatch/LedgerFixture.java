package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** A ledger on a database of its own, with a clock that a test moves. */
final class LedgerFixture {

    static final String MODEL = "scenes";
    static final String SHA = "ab".repeat(32);

    /** One database for all tests of the package, emptied before each: making a database costs more than most tests. */
    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();

    final TestDatabase database = emptied();
    final WatchedJdbc jdbc = new WatchedJdbc(JdbcClient.create(database.dataSource()));
    final LedgerTransactions transactions = new LedgerTransactions(new JdbcTransactionManager(database.dataSource()));
    final DispatchSignal signal = new DispatchSignal();
    final Revisions revisions = new Revisions(jdbc);
    final Pools pools = new Pools(jdbc, Map.of("cpu", 0, "gpu", 10));
    final PartitionCounts partitions = new PartitionCounts(jdbc);
    final StagePlans plans = new StagePlans(jdbc, pools);
    final RunLedger runs =
            new RunLedger(jdbc, transactions, revisions, plans, partitions, Duration.ofSeconds(30));
    final NextGeneration generations;
    final Admission admission;
    final SentMessages orders = new SentMessages();
    final RunControl control = new RunControl(
            jdbc, transactions, revisions, signal, new Orders(orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16)));
    final ItemLedger items = new ItemLedger(
            jdbc, transactions, runs, partitions, revisions,
            new Orders(orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16)), signal);
    final DispatchProperties properties = DispatchPropertiesTest.defaults();
    final TestJitter jitter = new TestJitter();
    final FailedTasks failures = new FailedTasks(jdbc, properties, jitter);
    final TaskAcceptance acceptance =
            new TaskAcceptance(jdbc, transactions, revisions, signal, failures, new BatchLimits(jdbc));
    final Reaper reaper = new Reaper(jdbc, transactions, revisions, failures, signal, properties, Failpoints.NONE);
    final BeatLedger beats = new BeatLedger(jdbc, transactions, pools, signal, properties);
    final Watermarks watermarks = new Watermarks(jdbc);
    final DispatchLedger dispatches;

    private Duration ahead = Duration.ZERO;

    LedgerFixture() {
        this(Map.of());
    }

    /** @param tenants that have terms of their own */
    LedgerFixture(Map<String, Tenants.Named> tenants) {
        Tenants terms = TenantsTest.with(tenants);
        dispatches = new DispatchLedger(jdbc, transactions, properties, terms);
        admission = new Admission(jdbc, terms);
        generations = new NextGeneration(jdbc, transactions, revisions, plans, partitions, new ModelRegistry(List.of(
                new ModelRegistration(new ModelRef(MODEL, SHA), "", new ImageSize(128, 128), 8, ""))), admission);
    }

    private static TestDatabase emptied() {
        DATABASE.execute("""
                DELETE FROM workload; DELETE FROM task_dispatch; DELETE FROM pool; DELETE FROM worker;
                DELETE FROM worker_boot; DELETE FROM partition_count; DELETE FROM stage_count; DELETE FROM dispatch_share;
                DELETE FROM tenant_share;
                DELETE FROM batch_limit; DELETE FROM event_watermark; DELETE FROM workload_event
                """);
        DATABASE.ledgerAhead(Duration.ZERO);
        return DATABASE;
    }

    /** Stops the ledger's clock at this time. */
    void stopAt(Instant time) {
        database.ledgerStoppedAt(time);
    }

    /** Moves the ledger's clock on. */
    void tick(Duration duration) {
        ahead = ahead.plus(duration);
        database.ledgerAhead(ahead);
    }

    /** A workload row as intake writes it, with its run queued. */
    UUID accepted(int priority, WorkloadPlan plan) {
        return accepted("default", priority, plan);
    }

    UUID accepted(String tenant, int priority, WorkloadPlan plan) {
        UUID workload = UUID.randomUUID();
        jdbc.sql("""
                INSERT INTO workload (id, tenant, source, request_key, request_sha256, model, cascade, items_key, priority, created_at)
                VALUES (:id, :tenant, 'rest', :id::text, '\\x00', :model, '{}', 'items', :priority, ledger_now())
                """)
                .param("id", workload)
                .param("tenant", tenant)
                .param("model", plan.model().id())
                .param("priority", priority)
                .update();
        runs.open(workload, plan);
        return workload;
    }

    /** The beats as a coordinator applies them that knows nothing but the ledger. */
    BeatLedger anotherCoordinatorsBeats() {
        return new BeatLedger(jdbc, transactions, pools, new DispatchSignal(), properties);
    }

    UUID accepted() {
        return accepted(5, plan(8));
    }

    /** A claimed workload whose items are written and whose partitions are open. */
    ClaimedRun generating(int itemCount) {
        return generating(itemCount, 5, plan(8));
    }

    ClaimedRun generating(int itemCount, int priority, WorkloadPlan plan) {
        return generating("default", itemCount, priority, plan);
    }

    ClaimedRun generating(String tenant, int itemCount, int priority, WorkloadPlan plan) {
        UUID workload = accepted(tenant, priority, plan);
        ClaimedRun run = runs.claim("me").orElseThrow();
        if (!run.workloadId().equals(workload)) {
            throw new AssertionError("another run was free: " + run);
        }
        items.insertItems(workload, lines(itemCount));
        Partitioning partitioning = Partitioning.of(itemCount);
        runs.settleTotal(run, partitioning);
        runs.advance(run, RunState.IN_PROGRESS);
        partitioning.partitions().forEach(n -> items.openPartition(run, partitioning, n));
        return run;
    }

    static List<NewItem> lines(int count) {
        return IntStream.range(0, count).mapToObj(LedgerFixture::line).toList();
    }

    static NewItem line(int ordinal) {
        return NewItem.accepted(ordinal, "c" + ordinal, 7L + ordinal, new ItemSpec("a red circle", "", null));
    }

    /** Two scales and a decode, all in pool cpu, with the same batch keys for every workload. */
    static WorkloadPlan plan(int maxItems) {
        List<PlannedStage> stages = List.of(
                new PlannedStage(denoise(0, 128, null), "cpu", 100, maxItems, 900),
                new PlannedStage(
                        denoise(1, 256, new Upsample(UpsampleSpace.LATENT, UpsampleKernel.BILINEAR)), "cpu", 101, maxItems, 900),
                new PlannedStage(new DecodeStage(2, 256, 256, Dtype.F32, Tiling.AUTO), "cpu", 102, maxItems, 300));
        return new WorkloadPlan(new ModelRef(MODEL, SHA), stages, List.of());
    }

    /** The same cascade, stopping at drafts of the first scale. */
    static WorkloadPlan draftPlan() {
        WorkloadPlan full = plan(8);
        PlannedStage draft = new PlannedStage(new DecodeStage(3, 128, 128, Dtype.F32, Tiling.AUTO), "cpu", 103, 8, 300);
        return new WorkloadPlan(full.model(), full.fromPrompt(), List.of(), List.of(full.fromPrompt().get(0), draft), List.of());
    }

    static DenoiseStage denoise(int index, int side, @Nullable Upsample upsample) {
        return new DenoiseStage(index, side, side, 10, 700, SchedulerType.DDIM, 0, TimestepSpacing.LEADING, 7.5,
                upsample, NoiseReschedule.NONE, Rng.PHILOX, Dtype.F32);
    }

    /** Messages of pool cpu that have lingered, as if the broker had taken them. */
    List<TaskMessage> sent() {
        tick(properties.linger());
        List<TaskMessage> messages = dispatches.pick("cpu");
        dispatches.sent(messages);
        return messages;
    }

    /** The only message that goes out now. */
    TaskMessage sentOne() {
        List<TaskMessage> messages = sent();
        if (messages.size() != 1) {
            throw new AssertionError("messages: " + messages);
        }
        return messages.get(0);
    }

    /** What a conductor does with the next generation: nothing is read again, partitions are opened. */
    ClaimedRun conductAgain(ClaimedRun run) {
        runs.release(run);
        ClaimedRun again = runs.claim("me").orElseThrow();
        Partitioning partitioning = Partitioning.of((int) items.count(run.workloadId()).total());
        runs.settleTotal(again, partitioning);
        runs.advance(again, RunState.IN_PROGRESS);
        partitioning.partitions().forEach(n -> items.openPartition(again, partitioning, n));
        return again;
    }

    /** Everything that is ready or follows succeeds. */
    void finish(TestWorker worker, TaskMessage first) {
        List<TaskMessage> messages = List.of(first);
        while (!messages.isEmpty()) {
            messages.forEach(message -> acceptance.accept(worker.succeeded(message)));
            messages = sent();
        }
    }

    /** The run has ended, and whoever conducted it has let it go. */
    void end(ClaimedRun run) {
        runs.advance(run, RunState.COMPLETED);
        runs.release(run);
    }

    /** Everything workers have sent so far has been applied. */
    void caughtUp() {
        List<TopicPartition> partitions = List.of(new TopicPartition(Topics.DEFAULT.workers(), 0));
        watermarks.expect(partitions);
        watermarks.caughtUp(partitions, watermarks.now());
    }

    int count(String sql) {
        return jdbc.sql("SELECT count(*) FROM " + sql).query(Integer.class).single();
    }
}
