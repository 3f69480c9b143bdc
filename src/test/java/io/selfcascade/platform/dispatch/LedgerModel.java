package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Watermark;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The ledger in memory, as docs/spec/dispatch.md describes it: one operation after another, nothing concurrent. */
final class LedgerModel implements Ledger {

    final ModelState state;
    private final ModelRuns runs;
    private final ModelItems items;
    private final ModelGenerations generations;
    private final ModelDispatch dispatch;
    private final ModelReports reports;
    private final ModelLeases leases;

    LedgerModel(Map<String, Integer> ranks, Flaw... flaws) {
        state = new ModelState(ranks);
        state.flaws.addAll(List.of(flaws));
        runs = new ModelRuns(state);
        items = new ModelItems(state);
        generations = new ModelGenerations(state, items);
        dispatch = new ModelDispatch(state);
        reports = new ModelReports(state);
        leases = new ModelLeases(state, reports);
    }

    @Override
    public void open(UUID workload, WorkloadPlan plan, Terms terms) {
        runs.open(workload, plan, terms);
    }

    @Override
    public Optional<ClaimedRun> claim(String owner) {
        return runs.claim(owner);
    }

    @Override
    public boolean keep(ClaimedRun run) {
        return runs.keep(run);
    }

    @Override
    public void release(ClaimedRun run, Duration rest) {
        runs.release(run, rest);
    }

    @Override
    public int releaseAll() {
        return runs.releaseAll();
    }

    @Override
    public void insertItems(ClaimedRun run, List<NewItem> lines) {
        items.insert(state.owned(run).workloadId, lines);
    }

    @Override
    public int settleTotal(ClaimedRun run, Partitioning partitioning) {
        return items.settleTotal(run, partitioning);
    }

    @Override
    public int openPartition(ClaimedRun run, Partitioning partitioning, int partition) {
        return items.openPartition(run, partitioning, partition);
    }

    @Override
    public boolean advance(ClaimedRun run, RunState to, @Nullable ErrorCode reason) {
        return runs.advance(run, to, reason);
    }

    @Override
    public void publish(ClaimedRun run, String resultsKey) {
        runs.publish(run, resultsKey);
    }

    @Override
    public int cancelWorkload(ClaimedRun run, @Nullable ErrorCode reason) {
        return items.cancelWorkload(run, reason);
    }

    @Override
    public void cancelItem(UUID workload, int ordinal) {
        items.cancelItem(workload, ordinal);
    }

    @Override
    public void want(UUID workload, Desired desired) {
        if (runs.want(workload, desired)) {
            items.cancelPending(workload);
        }
    }

    @Override
    public int wantAll(Desired desired) {
        int changed = (int) state.rows.runs.stream().filter(run -> runs.ask(run, desired)).count();
        if (desired == Desired.CANCEL) {
            state.rows.runs.stream().filter(run -> run.desired == Desired.CANCEL && !run.state.isTerminal())
                    .forEach(run -> items.cancelPending(run.workloadId));
        }
        return changed;
    }

    @Override
    public int cancelItems(UUID workload, List<Integer> ordinals) {
        return items.cancelItems(workload, ordinals);
    }

    @Override
    public void retry(UUID workload, GenerationRequest request) {
        generations.retry(workload, request);
    }

    @Override
    public void promote(UUID workload, GenerationRequest request) {
        generations.promote(workload, request);
    }

    @Override
    public boolean isFailing(UUID workload) {
        return items.isFailing(workload);
    }

    @Override
    public void edit(UUID workload, int priority) {
        runs.edit(workload, priority);
    }

    @Override
    public boolean forgetPivots(UUID workload, int generation) {
        return generations.forgetPivots(workload, generation);
    }

    @Override
    public List<TaskMessage> pick(String pool) {
        return dispatch.pick(pool);
    }

    @Override
    public void sent(List<TaskMessage> messages) {
        dispatch.sent(messages);
    }

    @Override
    public void notSent(TaskMessage message) {
        dispatch.notSent(message);
    }

    @Override
    public int accept(List<TaskEvent> events, double jitter) {
        return reports.accept(events, jitter);
    }

    @Override
    public void beats(List<WorkerBeat> beats) {
        leases.beats(beats);
    }

    @Override
    public int reap() {
        return leases.reap();
    }

    @Override
    public void expectPartitions() {
        for (TopicPartition partition : PARTITIONS) {
            if (mark(partition).isEmpty()) {
                Watermark mark = new Watermark();
                mark.topic = partition.topic();
                mark.partition = partition.partition();
                state.rows.watermarks.add(mark);
            }
        }
    }

    @Override
    public void caughtUp(TopicPartition partition, long time) {
        mark(partition).ifPresent(mark -> mark.caughtUpAt = mark.caughtUpAt == null ? time : Math.max(mark.caughtUpAt, time));
    }

    private Optional<Watermark> mark(TopicPartition partition) {
        return state.rows.watermarks.stream().filter(mark -> mark.topic.equals(partition.topic())).findFirst();
    }

    @Override
    public int clean() {
        return leases.clean();
    }

    @Override
    public void tick(Duration duration) {
        state.now += duration.toMillis();
    }

    @Override
    public LedgerRows rows() {
        return state.rows;
    }
}
