package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.ItemFilter;
import io.selfcascade.platform.intake.WorkloadFilter;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BulkControlTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();
    private final Orders orders =
            new Orders(ledger.orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16));
    private final BulkControl bulk = new BulkControl(
            ledger.jdbc, ledger.transactions, ledger.revisions, ledger.signal, orders, ledger.generations);
    private final BulkItemControl items = new BulkItemControl(
            ledger.jdbc, ledger.transactions, ledger.revisions, orders, ledger.generations);

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void cancelsManyRunsTogetherAndTellsOnlyTheWorkersOfThoseThatHaveAny() {
        ClaimedRun working = ledger.generating(5);
        TaskMessage message = ledger.sentOne();
        List<UUID> queued = Stream.generate(ledger::accepted).limit(3).toList();
        ClaimedRun ended = ledger.runs.claim("me").orElseThrow();
        ledger.end(ended);

        BulkControl.Outcome outcome = bulk.want(states(), Desired.CANCEL);
        BulkControl.Outcome again = bulk.want(states(), Desired.CANCEL);

        assertThat(outcome.matched()).hasSize(4).contains(ended.workloadId());
        assertThat(outcome.changed()).hasSize(3).doesNotContain(ended.workloadId()).contains(working.workloadId());
        assertThat(again.changed()).isEmpty();
        assertThat(ledger.items.count(working.workloadId())).isEqualTo(new ItemCounts(0, 0, 0, 5));
        assertThat(ledger.items.partitionCounts(working.workloadId())).containsExactly(new PartitionCount(0, 5, 0, 0, 5));
        assertThat(ledger.acceptance.accept(worker.succeeded(message))).isZero();
        assertThat(ledger.count("task_dispatch WHERE state <> 'closed'")).isZero();
        assertThat(ledger.orders.messages).extracting(order -> order.key()).containsExactly("workload/" + working.workloadId());
        assertThat(ledger.runs.get(queued.get(0)).revision()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void pausesAndResumesWhatMatchesPageByPage() {
        List<UUID> all = Stream.generate(ledger::accepted).limit(3).sorted(LockOrder.BY_UUID).toList();
        ledger.jdbc.sql("UPDATE workload SET name = 'night ' || id::text").update();
        UUID other = ledger.accepted(9, LedgerFixture.plan(8));
        WorkloadFilter two = new WorkloadFilter(null, List.of("queued"), "night", "scenes", 5, null, null, null, 2);

        BulkControl.Outcome first = bulk.want(two, Desired.PAUSE);
        BulkControl.Outcome second = bulk.want(
                new WorkloadFilter(null, List.of("queued"), "night", "scenes", 5, null, null, first.matched().get(1), 2), Desired.PAUSE);

        assertThat(first).isEqualTo(new BulkControl.Outcome(all.subList(0, 2), all.subList(0, 2), true));
        assertThat(second).isEqualTo(new BulkControl.Outcome(all.subList(2, 3), all.subList(2, 3), false));
        assertThat(ledger.runs.get(other).desired()).isEqualTo(Desired.RUN);
        assertThat(bulk.want(states("queued"), Desired.RUN).changed()).containsExactlyElementsOf(all);
    }

    @Test
    void retriesRunsThatHaveEndedAndPassesOverTheOthers() {
        ClaimedRun cancelled = ledger.generating(2);
        bulk.want(states("in_progress"), Desired.CANCEL);
        ledger.runs.advance(cancelled, RunState.CANCELLED);
        ledger.runs.release(cancelled);
        UUID queued = ledger.accepted();

        BulkControl.Outcome outcome = bulk.retry(states());

        assertThat(outcome.matched()).contains(queued, cancelled.workloadId());
        assertThat(outcome.changed()).containsExactly(cancelled.workloadId());
        assertThat(ledger.runs.get(cancelled.workloadId()).generation()).isEqualTo(2);
    }

    @Test
    void cancelsMatchingItemsAndLetsTheRestGoOn() {
        ClaimedRun run = ledger.generating(6);
        TaskMessage message = ledger.sentOne();
        UUID workload = run.workloadId();

        int cancelled = items.cancel(workload, filter(null, null, List.of(0, 2, 99), null));

        assertThat(cancelled).isEqualTo(2);
        assertThat(items.cancel(workload, filter(null, null, List.of(0, 2, 99), null))).isZero();
        assertThat(items.cancel(workload, filter(null, "c5", null, null))).isOne();
        assertThat(ledger.acceptance.accept(worker.succeeded(message))).isEqualTo(3);
        assertThat(ledger.items.partitionCounts(workload)).containsExactly(new PartitionCount(0, 6, 0, 0, 3));
        assertThat(ledger.orders.messages).extracting(order -> order.key()).containsExactlyInAnyOrder(
                "item/" + workload + "/0", "item/" + workload + "/2", "item/" + workload + "/5");
    }

    @Test
    void cancelsWhatWaitsAfterACertainFailure() {
        ClaimedRun run = ledger.generating(3);
        TaskMessage message = ledger.sentOne();
        ledger.acceptance.accept(List.of(worker.failed(message, message.tasks().get(1), ErrorCode.INTERNAL)));

        assertThat(items.cancel(run.workloadId(), filter(null, null, null, "artifact_corrupt"))).isZero();
        assertThat(items.cancel(run.workloadId(), filter(null, null, null, "internal"))).isOne();
        assertThat(ledger.items.page(run.workloadId(), 1, 1).get(0).state()).isEqualTo(ItemState.CANCELLED);
    }

    @Test
    void retriesItemsByWhatBecameOfThem() {
        ClaimedRun run = ledger.generating(4);
        UUID workload = run.workloadId();
        TaskMessage message = ledger.sentOne();
        ledger.acceptance.accept(List.of(worker.failed(message, message.tasks().get(1), ErrorCode.NON_FINITE)));
        items.cancel(workload, filter(null, null, List.of(0, 2, 3), null));
        ledger.end(run);

        assertThatThrownBy(() -> items.retry(workload, filter("failed", null, null, "internal")))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(items.retry(workload, filter("failed", null, null, "non_finite")).generation()).isEqualTo(2);

        assertThat(ledger.items.count(workload)).isEqualTo(new ItemCounts(1, 0, 0, 3));
        assertThat(ledger.items.page(workload, 1, 1).get(0).state()).isEqualTo(ItemState.PENDING);
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> items.cancel(UUID.randomUUID(), filter(null, "c", null, null)))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThatThrownBy(() -> bulk.want(states("running"), Desired.RUN))
                .isInstanceOf(InvalidRequestException.class).hasMessageContaining("running");
        assertThatThrownBy(() -> items.retry(ledger.accepted(), filter("finished", null, null, null)))
                .isInstanceOf(InvalidRequestException.class).hasMessageContaining("finished");
    }

    private static WorkloadFilter states(String... states) {
        return new WorkloadFilter(null, List.of(states), null, null, null, null, null, null, 100);
    }

    private static ItemFilter filter(
            @Nullable String state, @Nullable String prefix, @Nullable List<Integer> items, @Nullable String code) {
        return new ItemFilter(state, null, code, prefix, items, null);
    }
}
