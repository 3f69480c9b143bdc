package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What coordinators, workers and people do to a ledger. There are two: {@link LedgerModel}, written from
 * docs/spec/dispatch.md, and {@link SqlLedger}, which is the one that works.
 */
interface Ledger {

    /** The time at which every ledger begins. */
    long START = 1_795_377_600_000L;

    List<TopicPartition> PARTITIONS = List.of(new TopicPartition("task-events", 0), new TopicPartition("workers", 0));

    /** One counts for two others and may have little under way. */
    Map<String, Tenants.Named> TENANTS = Map.of("busy", new Tenants.Named(2, null, null, 5));

    void open(UUID workload, WorkloadPlan plan, Terms terms);

    Optional<ClaimedRun> claim(String owner);

    boolean keep(ClaimedRun run);

    void release(ClaimedRun run, Duration rest);

    int releaseAll();

    /** As the job does: by the right of the run's owner. */
    void insertItems(ClaimedRun run, List<NewItem> lines);

    int settleTotal(ClaimedRun run, Partitioning partitioning);

    int openPartition(ClaimedRun run, Partitioning partitioning, int partition);

    boolean advance(ClaimedRun run, RunState state, @Nullable ErrorCode reason);

    void publish(ClaimedRun run, String resultsKey);

    int cancelWorkload(ClaimedRun run, @Nullable ErrorCode reason);

    void cancelItem(UUID workload, int ordinal);

    void want(UUID workload, Desired desired);

    /** Of all runs at once. @return number of runs changed */
    int wantAll(Desired desired);

    /** @return number of items cancelled */
    int cancelItems(UUID workload, List<Integer> ordinals);

    void retry(UUID workload, GenerationRequest request);

    void promote(UUID workload, GenerationRequest request);

    /** Whether more items have failed than the generation allows. */
    boolean isFailing(UUID workload);

    void edit(UUID workload, int priority);

    /** Forgets the pivots of an ended generation that {@code keep_pivots} does not keep. */
    boolean forgetPivots(UUID workload, int generation);

    List<TaskMessage> pick(String pool);

    void sent(List<TaskMessage> messages);

    void notSent(TaskMessage message);

    /** @param jitter which share of a retry's spread is waited, 0, 0.25, 0.5 or 0.75 */
    int accept(List<TaskEvent> events, double jitter);

    void beats(List<WorkerBeat> beats);

    int reap();

    void expectPartitions();

    void caughtUp(TopicPartition partition, long time);

    int clean();

    void tick(Duration duration);

    LedgerRows rows();

    /** What people may say of a workload beside its plan. */
    record Terms(String tenant, int priority, @Nullable Long deadline, String keepPivots, @Nullable BigDecimal maxFailureRatio) {}
}
