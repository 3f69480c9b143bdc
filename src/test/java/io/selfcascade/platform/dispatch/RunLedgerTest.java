package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.WorkloadUpdated;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunLedgerTest {

    private final LedgerFixture ledger = new LedgerFixture();

    @Test
    void claimsTheMostUrgentRunFirstAndEachOnlyOnce() {
        UUID patient = ledger.accepted(2, LedgerFixture.plan(8));
        UUID urgent = ledger.accepted(9, LedgerFixture.plan(8));

        assertThat(ledger.runs.claim("a")).hasValueSatisfying(run -> assertThat(run.workloadId()).isEqualTo(urgent));
        assertThat(ledger.runs.claim("b")).hasValue(new ClaimedRun(patient, 1, 1));
        assertThat(ledger.runs.claim("c")).isEmpty();
    }

    @Test
    void theRunsOfOneTenantDoNotKeepOutThatOfAnother() {
        for (int n = 0; n < 4; n++) {
            ledger.accepted("crowd", 9, LedgerFixture.plan(8));
        }
        UUID single = ledger.accepted("single", 0, LedgerFixture.plan(8));
        ledger.runs.claim("a").orElseThrow();

        assertThat(ledger.runs.claim("a")).hasValueSatisfying(run -> assertThat(run.workloadId()).isEqualTo(single));
        assertThat(ledger.runs.claimOfWaitingTenant("a")).as("of tenants that have none").isEmpty();
        UUID late = ledger.accepted("late", 0, LedgerFixture.plan(8));
        assertThat(ledger.runs.claimOfWaitingTenant("a")).hasValueSatisfying(run -> assertThat(run.workloadId()).isEqualTo(late));
        assertThat(ledger.runs.claim("a")).isPresent();
    }

    @Test
    void aRunWhoseOwnerFellSilentIsClaimedAgainUnderTheNextEpoch() {
        UUID workload = ledger.accepted();
        ClaimedRun former = ledger.runs.claim("a").orElseThrow();
        ledger.tick(Duration.ofSeconds(29));
        assertThat(ledger.runs.keep(former)).isTrue();
        ledger.tick(Duration.ofSeconds(29));
        assertThat(ledger.runs.claim("b")).isEmpty();

        ledger.tick(Duration.ofSeconds(2));
        ClaimedRun next = ledger.runs.claim("b").orElseThrow();

        assertThat(next.epoch()).isEqualTo(former.epoch() + 1);
        assertThat(ledger.runs.keep(former)).isFalse();
        assertThatThrownBy(() -> ledger.runs.checkOwned(workload, former.epoch()))
                .isInstanceOf(OwnershipLostException.class);
        assertThatThrownBy(() -> ledger.runs.advance(former, RunState.VALIDATING))
                .isInstanceOf(OwnershipLostException.class);
        ledger.runs.checkOwned(workload, next.epoch());
    }

    @Test
    void aReleasedRunIsFreeAtOnceOrAfterItsRest() {
        ledger.accepted();
        ClaimedRun first = ledger.runs.claim("a").orElseThrow();
        ledger.runs.release(first);
        ClaimedRun second = ledger.runs.claim("a").orElseThrow();
        ledger.runs.release(second, Duration.ofSeconds(10));
        assertThat(ledger.runs.claim("a")).isEmpty();

        ledger.tick(Duration.ofSeconds(11));

        assertThat(ledger.runs.claim("a")).isPresent();
    }

    @Test
    void aProcessThatIsAloneNeedNotAwaitFormerLeases() {
        UUID workload = ledger.accepted();
        ClaimedRun former = ledger.runs.claim("dead").orElseThrow();

        assertThat(ledger.runs.releaseAll()).isEqualTo(1);

        assertThat(ledger.runs.keep(former)).isFalse();
        assertThatThrownBy(() -> ledger.runs.checkOwned(workload, former.epoch()))
                .isInstanceOf(OwnershipLostException.class);
        assertThat(ledger.runs.claim("me")).isPresent();
        assertThat(ledger.runs.releaseAll()).isEqualTo(1);
        assertThat(ledger.runs.releaseAll()).isZero();
    }

    @Test
    void aPausedRunIsNotClaimedUntilItIsResumed() {
        UUID workload = ledger.accepted();
        ledger.control.want(workload, Desired.PAUSE);
        assertThat(ledger.runs.claim("a")).isEmpty();

        ledger.control.want(workload, Desired.RUN);

        assertThat(ledger.runs.claim("a")).isPresent();
    }

    @Test
    void aRunOnlyMovesForward() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("a").orElseThrow();

        assertThat(ledger.runs.advance(run, RunState.VALIDATING)).isTrue();
        assertThat(ledger.runs.advance(run, RunState.IN_PROGRESS)).isTrue();
        assertThat(ledger.runs.advance(run, RunState.VALIDATING)).isFalse();
        assertThat(ledger.runs.advance(run, RunState.FAILED, ErrorCode.INTERNAL, "it broke")).isTrue();
        assertThat(ledger.runs.advance(run, RunState.COMPLETED)).isFalse();

        WorkloadRun end = ledger.runs.get(workload);
        assertThat(end.state()).isEqualTo(RunState.FAILED);
        assertThat(end.errorCode()).isEqualTo("internal");
        assertThat(end.startedAt()).isNotNull();
        assertThat(end.finishedAt()).isNotNull();
        assertThat(ledger.runs.claim("a")).isEmpty();
    }

    @Test
    void everyChangeRaisesTheRevisionAndIsWrittenDown() {
        UUID workload = ledger.accepted();
        ClaimedRun run = ledger.runs.claim("a").orElseThrow();
        ledger.runs.advance(run, RunState.VALIDATING);
        ledger.control.want(workload, Desired.CANCEL);

        List<WorkloadUpdated> told = ledger.jdbc.sql("SELECT body FROM workload_event ORDER BY revision")
                .query((rs, n) -> MessageJson.readWorkloadUpdated(rs.getString(1).getBytes(StandardCharsets.UTF_8)))
                .list();

        assertThat(told).extracting(WorkloadUpdated::revision).containsExactly(1L, 2L, 3L);
        assertThat(told).extracting(WorkloadUpdated::state).containsExactly("queued", "validating", "validating");
        assertThat(told).extracting(WorkloadUpdated::desired).containsExactly("run", "run", "cancel");
    }

    @Test
    void aCancellationIsFinalAndMayBeRepeated() {
        UUID workload = ledger.accepted();
        ledger.control.want(workload, Desired.CANCEL);

        assertThat(ledger.control.want(workload, Desired.CANCEL).desired()).isEqualTo(Desired.CANCEL);
        assertThatThrownBy(() -> ledger.control.want(workload, Desired.RUN))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThatThrownBy(() -> ledger.control.want(UUID.randomUUID(), Desired.RUN))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void aPlanReadsBackAsItWasStored() {
        UUID workload = ledger.accepted();

        assertThat(ledger.plans.load(workload)).isEqualTo(LedgerFixture.plan(8));
        assertThat(ledger.plans.load(ledger.accepted(5, LedgerFixture.draftPlan()))).isEqualTo(LedgerFixture.draftPlan());
    }
}
