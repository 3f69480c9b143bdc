package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.intake.ItemFilter;
import io.selfcascade.platform.intake.KeepPivots;
import io.selfcascade.platform.intake.WorkloadEdited;
import io.selfcascade.platform.intake.WorkloadFilter;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The ledger that works, on a real database whose clock stands still between ticks.
 *
 * <p>Its callers speak of tasks and dispatches by the model's ids, which {@link #same} teaches it; without a model
 * both are the same.
 */
final class SqlLedger implements Ledger {

    static final Map<String, Integer> RANKS = Map.of("cpu", 0, "gpu", 10);

    final LedgerFixture fixture = new LedgerFixture(TENANTS);
    private final LedgerCleanup cleanup = new LedgerCleanup(fixture.jdbc, fixture.transactions, fixture.properties);
    private final EditedWorkloads edits = new EditedWorkloads(fixture.jdbc, fixture.revisions, fixture.signal);
    private final ArtifactLedger artifacts = new ArtifactLedger(fixture.jdbc, fixture.transactions, fixture.properties.retention());
    private final ItemControl itemControl = new ItemControl(fixture.jdbc, fixture.transactions, fixture.revisions,
            new Orders(fixture.orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16)));
    private final Orders orders = new Orders(fixture.orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16));
    private final BulkControl bulk = new BulkControl(
            fixture.jdbc, fixture.transactions, fixture.revisions, fixture.signal, orders, fixture.generations);
    private final BulkItemControl bulkItems = new BulkItemControl(
            fixture.jdbc, fixture.transactions, fixture.revisions, orders, fixture.generations);
    private final Map<Long, Long> tasks = new ConcurrentHashMap<>();
    private final Map<Long, Long> dispatches = new ConcurrentHashMap<>();
    private final Map<Long, Long> modelDispatches = new ConcurrentHashMap<>();
    private long now = START;

    SqlLedger() {
        SqlRows.prepare(fixture.jdbc);
        fixture.stopAt(Instant.ofEpochMilli(now));
    }

    /** Takes note that two messages are the same one. */
    void same(TaskMessage model, TaskMessage sql) {
        dispatches.put(model.dispatchId(), sql.dispatchId());
        modelDispatches.put(sql.dispatchId(), model.dispatchId());
        for (int n = 0; n < model.tasks().size(); n++) {
            tasks.put(model.tasks().get(n).taskId(), sql.tasks().get(n).taskId());
        }
    }

    @Override
    public void open(UUID workload, WorkloadPlan plan, Terms terms) {
        fixture.transactions.run(() -> {
            fixture.jdbc.sql("""
                    INSERT INTO workload (id, tenant, source, request_key, request_sha256, model, cascade, items_key, priority, deadline,
                                          keep_pivots, max_failure_ratio, created_at)
                    VALUES (:id, :tenant, 'rest', :id::text, '\\x00', :model, '{}', 'items', :priority, :deadline, :keep, :ratio, ledger_now())
                    """)
                    .param("id", workload)
                    .param("tenant", terms.tenant())
                    .param("model", plan.model().id())
                    .param("priority", terms.priority())
                    .param("deadline", terms.deadline() == null ? null : at(terms.deadline()))
                    .param("keep", terms.keepPivots())
                    .param("ratio", terms.maxFailureRatio())
                    .update();
            fixture.runs.open(workload, plan);
        });
    }

    @Override
    public Optional<ClaimedRun> claim(String owner) {
        return fixture.runs.claim(owner);
    }

    @Override
    public boolean keep(ClaimedRun run) {
        return fixture.runs.keep(run);
    }

    @Override
    public void release(ClaimedRun run, Duration rest) {
        fixture.runs.release(run, rest);
    }

    @Override
    public int releaseAll() {
        return fixture.runs.releaseAll();
    }

    @Override
    public void insertItems(ClaimedRun run, List<NewItem> lines) {
        fixture.transactions.run(() -> {
            fixture.runs.checkOwned(run.workloadId(), run.epoch());
            fixture.items.insertItems(run.workloadId(), lines);
        });
    }

    @Override
    public int settleTotal(ClaimedRun run, Partitioning partitioning) {
        return fixture.runs.settleTotal(run, partitioning);
    }

    @Override
    public int openPartition(ClaimedRun run, Partitioning partitioning, int partition) {
        return fixture.items.openPartition(run, partitioning, partition);
    }

    @Override
    public boolean advance(ClaimedRun run, RunState state, @Nullable ErrorCode reason) {
        return fixture.runs.advance(run, state, reason, null);
    }

    @Override
    public void publish(ClaimedRun run, String resultsKey) {
        fixture.runs.publish(run, resultsKey, resultsKey, resultsKey);
    }

    @Override
    public int cancelWorkload(ClaimedRun run, @Nullable ErrorCode reason) {
        return fixture.items.cancelWorkload(run, reason);
    }

    @Override
    public void cancelItem(UUID workload, int ordinal) {
        itemControl.cancel(workload, ordinal);
    }

    @Override
    public void want(UUID workload, Desired desired) {
        fixture.control.want(workload, desired);
    }

    @Override
    public int wantAll(Desired desired) {
        return bulk.want(new WorkloadFilter(null, List.of(), null, null, null, null, null, null, 100), desired).changed().size();
    }

    @Override
    public int cancelItems(UUID workload, List<Integer> ordinals) {
        return bulkItems.cancel(workload, new ItemFilter(null, null, null, null, ordinals, null));
    }

    @Override
    public void retry(UUID workload, GenerationRequest request) {
        fixture.generations.retry(workload, request);
    }

    @Override
    public void promote(UUID workload, GenerationRequest request) {
        fixture.generations.promote(workload, request, Long.MAX_VALUE);
    }

    @Override
    public boolean isFailing(UUID workload) {
        return fixture.items.tooManyFailures(workload).isPresent();
    }

    /** As intake edits: the request's row and what follows from it in one transaction. */
    @Override
    public void edit(UUID workload, int priority) {
        fixture.transactions.run(() -> {
            fixture.jdbc.sql("UPDATE workload SET priority = :priority WHERE id = :workload")
                    .param("priority", priority)
                    .param("workload", workload)
                    .update();
            edits.on(new WorkloadEdited(workload));
        });
    }

    @Override
    public boolean forgetPivots(UUID workload, int generation) {
        String keep = fixture.jdbc.sql("SELECT upper(keep_pivots) FROM workload WHERE id = :workload")
                .param("workload", workload).query(String.class).single();
        EndedRun run = new EndedRun(workload, generation, 1_000, KeepPivots.valueOf(keep));
        return artifacts.forgetPivots(run, run.folders().findFirst().orElseThrow());
    }

    @Override
    public List<TaskMessage> pick(String pool) {
        return fixture.dispatches.pick(pool);
    }

    @Override
    public void sent(List<TaskMessage> messages) {
        fixture.dispatches.sent(messages.stream().map(this::own).toList());
    }

    @Override
    public void notSent(TaskMessage message) {
        fixture.dispatches.notSent(own(message));
    }

    @Override
    public int accept(List<TaskEvent> events, double jitter) {
        fixture.jitter.draw(jitter);
        return fixture.acceptance.accept(events.stream().map(this::own).toList());
    }

    @Override
    public void beats(List<WorkerBeat> beats) {
        fixture.beats.apply(beats.stream().map(this::own).toList());
    }

    @Override
    public int reap() {
        return fixture.reaper.reap();
    }

    @Override
    public void expectPartitions() {
        fixture.watermarks.expect(PARTITIONS);
    }

    @Override
    public void caughtUp(TopicPartition partition, long time) {
        fixture.watermarks.caughtUp(List.of(partition), at(time));
    }

    @Override
    public int clean() {
        return cleanup.clean();
    }

    @Override
    public void tick(Duration duration) {
        now += duration.toMillis();
        fixture.stopAt(Instant.ofEpochMilli(now));
    }

    @Override
    public LedgerRows rows() {
        LedgerRows rows = SqlRows.read(fixture.jdbc);
        rows.dispatches.forEach(dispatch -> dispatch.id = modelDispatches.getOrDefault(dispatch.id, dispatch.id));
        rows.tasks.stream().filter(task -> task.dispatchId != null)
                .forEach(task -> task.dispatchId = modelDispatches.getOrDefault(task.dispatchId, task.dispatchId));
        return rows;
    }

    private static OffsetDateTime at(long time) {
        return Instant.ofEpochMilli(time).atOffset(ZoneOffset.UTC);
    }

    private long ownDispatch(long id) {
        return dispatches.getOrDefault(id, id);
    }

    private TaskMessage own(TaskMessage message) {
        return new TaskMessage(ownDispatch(message.dispatchId()), message.pool(), message.expiresAt(), message.leaseS(), message.beatS(),
                message.runLimitS(), message.model(), message.stage(), message.tasks());
    }

    private WorkerBeat own(WorkerBeat beat) {
        return new WorkerBeat(beat.workerId(), beat.bootId(), beat.seq(), beat.pool(), beat.slots(), beat.state(), beat.device(),
                beat.models(), beat.running().stream()
                        .map(run -> new WorkerBeat.Running(ownDispatch(run.dispatchId()), run.step(), run.steps())).toList());
    }

    private TaskEvent own(TaskEvent event) {
        long task = tasks.getOrDefault(event.taskId(), event.taskId());
        long dispatch = ownDispatch(event.dispatchId());
        if (event instanceof TaskSucceeded e) {
            return new TaskSucceeded(task, dispatch, e.workloadId(), e.ordinal(), e.stage(), e.workerId(), e.bootId(), e.at(),
                    e.artifact(), e.preview(), e.microBatch(), e.timingsMs());
        } else if (event instanceof TaskFailed e) {
            return new TaskFailed(task, dispatch, e.workloadId(), e.ordinal(), e.stage(), e.workerId(), e.bootId(), e.at(),
                    e.microBatch(), e.error());
        }
        TaskDeclined e = (TaskDeclined) event;
        return new TaskDeclined(task, dispatch, e.workloadId(), e.ordinal(), e.stage(), e.workerId(), e.bootId(), e.at(), e.reason());
    }
}
