package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ItemControlTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker worker = TestWorker.cpu();
    private final ItemControl control = new ItemControl(
            ledger.jdbc, ledger.transactions, ledger.revisions, new Orders(ledger.orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16)));

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(worker.beat()));
    }

    @Test
    void cancelsAnItemAtAWorkerAndLetsItsCompanionsGoOn() {
        ClaimedRun run = ledger.generating(2);
        TaskMessage message = ledger.sentOne();

        control.cancel(run.workloadId(), 1);
        control.cancel(run.workloadId(), 1);

        assertThat(ledger.acceptance.accept(worker.succeeded(message))).isEqualTo(1);
        assertThat(ledger.items.count(run.workloadId())).isEqualTo(new ItemCounts(1, 0, 0, 1));
        assertThat(ledger.items.partitionCounts(run.workloadId())).containsExactly(new PartitionCount(0, 2, 0, 0, 1));
        assertThat(ledger.orders.messages).singleElement().satisfies(order -> {
            assertThat(order.topic()).isEqualTo(Topics.DEFAULT.control());
            assertThat(order.key()).isEqualTo("item/" + run.workloadId() + "/1");
        });
    }

    @Test
    void aDispatchThatHasNothingLeftIsClosed() {
        ClaimedRun run = ledger.generating(1);
        ledger.sentOne();

        control.cancel(run.workloadId(), 0);

        assertThat(ledger.count("task_dispatch WHERE state <> 'closed'")).isZero();
        assertThat(ledger.items.partitionCounts(run.workloadId())).allMatch(PartitionCount::isSettled);
    }

    @Test
    void anItemCancelledBeforeTheInputWasReadToItsEndIsCountedOnce() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("me").orElseThrow();
        ledger.items.insertItems(workload, LedgerFixture.lines(2));

        control.cancel(workload, 0);
        ledger.runs.settleTotal(run, Partitioning.of(2));

        assertThat(ledger.items.partitionCounts(workload)).containsExactly(new PartitionCount(0, 2, 0, 0, 1));
    }

    @Test
    void refusesWhatIsSettledOrNotThere() {
        ClaimedRun run = ledger.generating(1);
        for (int stage = 0; stage < 3; stage++) {
            ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        }

        assertFails(ErrorCode.CONFLICT, run.workloadId(), 0);
        assertFails(ErrorCode.NOT_FOUND, run.workloadId(), 7);
    }

    private void assertFails(ErrorCode code, UUID workload, int ordinal) {
        assertThatThrownBy(() -> control.cancel(workload, ordinal))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
