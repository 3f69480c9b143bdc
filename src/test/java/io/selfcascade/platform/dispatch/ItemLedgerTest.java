package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ItemLedgerTest {

    private final LedgerFixture ledger = new LedgerFixture();

    @Test
    void insertsGoodAndRefusedLinesOnceHoweverOftenTheChunkIsWritten() {
        UUID workload = ledger.accepted();
        List<NewItem> chunk = List.of(
                LedgerFixture.line(0),
                NewItem.refused(1, "c1", ErrorCode.INVALID_REQUEST, "line 2: unknown field \"promt\""),
                LedgerFixture.line(2));

        ledger.items.insertItems(workload, chunk);
        ledger.items.insertItems(workload, chunk);

        assertThat(ledger.items.count(workload)).isEqualTo(new ItemCounts(2, 0, 1, 0));
        LedgerItem refused = ledger.items.page(workload, 1, 1).get(0);
        assertThat(refused.refused()).isTrue();
        assertThat(refused.spec()).isNull();
        assertThat(refused.error()).isEqualTo(
                new LedgerItem.Error("invalid", "invalid_request", "line 2: unknown field \"promt\""));
    }

    @Test
    void refusesTheLaterOfTwoLinesWithOneCustomId() {
        UUID workload = ledger.accepted();
        ItemSpec spec = new ItemSpec("a blue square", "", null);
        ledger.items.insertItems(workload, List.of(
                NewItem.accepted(0, "same", 1, spec), NewItem.accepted(1, "same", 2, spec), NewItem.accepted(2, null, 3, spec)));
        ledger.items.insertItems(workload, List.of(NewItem.accepted(3, "same", 4, spec), NewItem.accepted(4, null, 5, spec)));

        List<LedgerItem> all = new ArrayList<>();
        ledger.items.forEach(workload, all::add);

        assertThat(all).extracting(LedgerItem::state).containsExactly(
                ItemState.PENDING, ItemState.FAILED, ItemState.PENDING, ItemState.FAILED, ItemState.PENDING);
        assertThat(all.get(3).error().detail()).startsWith("line 4: custom_id same is taken");
        assertThat(all.get(2).seed()).isEqualTo(3);
    }

    @Test
    void opensTheFirstStageOfPendingItemsOnce() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("a").orElseThrow();
        ledger.items.insertItems(workload, LedgerFixture.lines(700));
        ledger.items.insertItems(workload, List.of(NewItem.refused(700, null, ErrorCode.INVALID_REQUEST, "line 701: no")));
        Partitioning partitioning = Partitioning.of(701);
        assertThat(ledger.runs.settleTotal(run, partitioning)).isEqualTo(701);
        assertThat(ledger.runs.settleTotal(run, partitioning)).isEqualTo(701);

        assertThat(ledger.items.openPartition(run, partitioning, 1)).isEqualTo(200);
        assertThat(ledger.items.openPartition(run, partitioning, 1)).isZero();

        assertThat(ledger.items.readyTasks(workload)).isEqualTo(200);
        assertThat(ledger.runs.get(workload).openedUntil()).isEqualTo(701);
        assertThat(ledger.items.partitionCounts(workload)).containsExactly(
                new PartitionCount(0, 500, 0, 0, 0), new PartitionCount(1, 201, 0, 1, 0));
    }

    @Test
    void cancelSettlesEverythingAtOnceAndNothingOpensAfterIt() {
        ClaimedRun run = ledger.generating(600);
        UUID workload = run.workloadId();

        assertThat(ledger.items.cancelWorkload(run, null)).isEqualTo(600);

        assertThat(ledger.items.count(workload)).isEqualTo(new ItemCounts(0, 0, 0, 600));
        assertThat(ledger.items.partitionCounts(workload)).allMatch(PartitionCount::isSettled);
        assertThat(ledger.items.readyTasks(workload)).isZero();
        assertThat(ledger.items.openPartition(run, Partitioning.of(600), 0)).isZero();
        assertThat(ledger.items.cancelWorkload(run, null)).isZero();
    }

    @Test
    void aRunCancelledWhileItIsReadHasTheTotalThatWasRead() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("a").orElseThrow();
        ledger.items.insertItems(workload, LedgerFixture.lines(3));

        ledger.items.cancelWorkload(run, ErrorCode.DEADLINE_EXCEEDED);

        assertThat(ledger.runs.get(workload).total()).isEqualTo(3);
        assertThat(ledger.items.page(workload, 0, 9)).allSatisfy(
                item -> assertThat(item.error().code()).isEqualTo("deadline_exceeded"));
    }

    @Test
    void refusesATotalThatMissesItems() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("a").orElseThrow();
        ledger.items.insertItems(workload, LedgerFixture.lines(600));

        assertThatThrownBy(() -> ledger.runs.settleTotal(run, Partitioning.of(400)))
                .isInstanceOf(CascadeException.class)
                .hasMessageContaining("500 of 600 items");
        assertThat(ledger.runs.get(workload).total()).isNull();
    }

    @Test
    void aFormerOwnerOpensAndCancelsNothing() {
        ClaimedRun run = ledger.generating(3);
        ClaimedRun former = new ClaimedRun(run.workloadId(), run.epoch() - 1, 1);

        assertThatThrownBy(() -> ledger.items.openPartition(former, Partitioning.of(3), 0))
                .isInstanceOf(OwnershipLostException.class);
        assertThatThrownBy(() -> ledger.items.cancelWorkload(former, null)).isInstanceOf(OwnershipLostException.class);
    }

    @Test
    void dividesLinesIntoAtMostTwoHundredRanges() {
        assertThat(Partitioning.of(0).count()).isZero();
        assertThat(Partitioning.of(1).count()).isEqualTo(1);
        assertThat(Partitioning.of(1_000_000).count()).isEqualTo(200);
        assertThat(Partitioning.of(100_001)).isEqualTo(new Partitioning(100_001, 501));
        assertThat(Partitioning.of(701).until(1)).isEqualTo(701);
    }
}
