package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens in whatever order, the promises hold: one accepted result per item and stage (G2), nothing lost (G3),
 * revisions that only grow (G5), nothing added after a cancellation (G6), an old fence changes nothing (G7).
 */
class LedgerInvariantsTest {

    private static final int OPERATIONS = 80;

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = new TestWorker("w", "cpu", 2);
    private final List<TaskMessage> everSent = new ArrayList<>();
    private final List<TaskEvent> everReported = new ArrayList<>();
    private final Map<ClaimedRun, Long> revisions = new HashMap<>();
    private final Map<String, Long> accepted = new HashMap<>();
    private final Set<ClaimedRun> cancelled = new HashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyPromiseHoldsAfterEveryOperation(long seed) {
        Random random = new Random(seed);
        ledger.beats.apply(List.of(worker.beat()));
        List<ClaimedRun> runs = List.of(
                ledger.generating(7), ledger.generating(5, 8, LedgerFixture.plan(3)), ledger.generating(2));
        ledger.caughtUp();

        for (int n = 0; n < OPERATIONS; n++) {
            operate(random, runs);
            check(runs);
        }
        finish(random, runs);

        for (ClaimedRun run : runs) {
            ItemCounts counts = ledger.items.count(run.workloadId());
            assertThat(counts.pending()).isZero();
            assertThat(ledger.items.partitionCounts(run.workloadId())).allMatch(PartitionCount::isSettled);
        }
        assertThat(ledger.count("task_dispatch WHERE state <> 'closed'")).isZero();
    }

    private void operate(Random random, List<ClaimedRun> runs) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> everSent.addAll(ledger.sent());
            case 3, 4, 5 -> report(random);
            case 6 -> ledger.acceptance.accept(pick(random, everReported));
            case 7 -> ledger.beats.apply(List.of(worker.beat(pick(random, everSent).toArray(TaskMessage[]::new))));
            case 8 -> reap(random);
            default -> {
                if (random.nextInt(12) == 0) {
                    ClaimedRun run = runs.get(random.nextInt(runs.size()));
                    ledger.items.cancelWorkload(run, null);
                    cancelled.add(run);
                }
            }
        }
    }

    /** Any message ever sent may be reported on, in any way, also by a worker long given up. */
    private void report(Random random) {
        List<TaskEvent> events = new ArrayList<>();
        for (TaskMessage message : pick(random, everSent)) {
            for (TaskMessage.Task task : message.tasks()) {
                switch (random.nextInt(8)) {
                    case 0 -> events.add(worker.failed(message, task, ErrorCode.INTERNAL));
                    case 1 -> events.add(worker.failed(message, task, ErrorCode.NON_FINITE));
                    case 2 -> events.add(worker.declined(message, task, TaskDeclined.Reason.EXPIRED));
                    case 3 -> everReported.add(worker.succeeded(message, task, 1));
                    default -> events.add(worker.succeeded(message, task, 1));
                }
            }
        }
        ledger.acceptance.accept(events);
        everReported.addAll(events);
    }

    private void reap(Random random) {
        ledger.tick(Duration.ofSeconds(random.nextInt(40)));
        ledger.caughtUp();
        ledger.reaper.reap();
        worker.restart();
        ledger.beats.apply(List.of(worker.beat()));
    }

    private void finish(Random random, List<ClaimedRun> runs) {
        for (int n = 0; n < 200 && runs.stream().anyMatch(run -> ledger.items.count(run.workloadId()).pending() > 0); n++) {
            ledger.tick(Duration.ofMinutes(20));
            ledger.caughtUp();
            ledger.reaper.reap();
            ledger.beats.apply(List.of(worker.beat()));
            for (TaskMessage message : ledger.sent()) {
                ledger.acceptance.accept(worker.succeeded(message));
            }
            check(runs);
        }
        ledger.tick(Duration.ofMinutes(20));
        ledger.caughtUp();
        ledger.reaper.reap();
    }

    private void check(List<ClaimedRun> runs) {
        for (ClaimedRun run : runs) {
            ItemCounts counts = ledger.items.count(run.workloadId());
            PartitionCount counted = ledger.items.partitionCounts(run.workloadId()).get(0);
            assertThat(List.of(counted.completed(), counted.failed(), counted.cancelled())).as("G3: counters are true")
                    .isEqualTo(List.of((int) counts.completed(), (int) counts.failed(), (int) counts.cancelled()));
            assertThat(counts.total()).as("G3: nothing is lost").isEqualTo(counted.total());
            long revision = ledger.runs.get(run.workloadId()).revision();
            assertThat(revision).as("G5").isGreaterThanOrEqualTo(revisions.getOrDefault(run, 0L));
            revisions.put(run, revision);
            if (cancelled.contains(run)) {
                assertThat(counts.pending()).as("G6").isZero();
                assertThat(ledger.items.readyTasks(run.workloadId())).as("G6").isZero();
            }
        }
        ledger.jdbc.sql("SELECT workload_id || '/' || ordinal || '/' || stage, dispatch_id FROM stage_task WHERE state = 'succeeded'")
                .query(rs -> {
                    Long former = accepted.putIfAbsent(rs.getString(1), rs.getLong(2));
                    assertThat(former == null || former == rs.getLong(2)).as("G2, G7: %s", rs.getString(1)).isTrue();
                });
        assertThat(ledger.count("""
                stage_task t WHERE t.state = 'dispatched' AND NOT EXISTS (
                    SELECT FROM task_dispatch d WHERE d.id = t.dispatch_id AND d.state <> 'closed')
                """)).as("every task at a worker is held by an open dispatch").isZero();
        assertThat(ledger.count("""
                item i WHERE i.state = 'pending' AND NOT EXISTS (
                    SELECT FROM stage_task t WHERE t.workload_id = i.workload_id AND t.ordinal = i.ordinal
                                               AND t.state IN ('ready', 'dispatched'))
                """)).as("every pending item has a task to wait for").isZero();
        assertThat(ledger.count("task_dispatch WHERE state <> 'closed'")).as("G9: the window").isLessThanOrEqualTo(4);
    }

    private static <T> List<T> pick(Random random, List<T> from) {
        return from.isEmpty() ? List.of() : List.of(from.get(random.nextInt(from.size())));
    }
}
