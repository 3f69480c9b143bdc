package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.intake.BackfillRequest;
import java.time.Duration;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunHistoryTest {

    private final ScheduleFixture fixture = new ScheduleFixture();

    @Test
    void forgetsOldRunsAndNeverOneThatWaits() {
        UUID nightly = fixture.nightly("");
        lookAt("2026-11-25T02:30:00Z");
        fixture.requested.backfill(ScheduleFixture.TENANT, nightly,
                new BackfillRequest(LocalDate.parse("2026-11-20"), LocalDate.parse("2026-11-20")));
        lookAt("2026-11-26T02:30:00Z");

        fixture.at("2026-11-27T02:29:00Z");
        forget(Duration.ofDays(1), 100);

        assertThat(fixture.history(nightly)).extracting(run -> run.logicalDate().getDayOfMonth()).containsExactlyInAnyOrder(20, 26);
        assertThat(fixture.count("workload")).isEqualTo(1);
        assertThat(fixture.count("schedule_request")).isZero();
    }

    @Test
    void keepsTheLastRunsOfEachScheduleOnly() {
        UUID nightly = fixture.nightly("");
        for (int day = 25; day <= 30; day++) {
            lookAt("2026-11-" + day + "T02:30:00Z");
        }

        forget(Duration.ofDays(90), 2);

        assertThat(fixture.history(nightly)).extracting(run -> run.logicalDate().getDayOfMonth()).containsExactly(30, 29);
    }

    @Test
    void aForgottenDateIsBackfilledToTheSameWorkload() {
        UUID nightly = fixture.nightly("");
        lookAt("2026-11-25T02:30:00Z");
        UUID workload = fixture.history(nightly).get(0).workloads().get(0);
        fixture.database.execute("UPDATE workload_run SET state = 'completed', finished_at = now()");
        lookAt("2026-11-29T01:00:00Z");
        forget(Duration.ofDays(1), 1);

        fixture.requested.backfill(ScheduleFixture.TENANT, nightly,
                new BackfillRequest(LocalDate.parse("2026-11-25"), LocalDate.parse("2026-11-25")));
        fixture.database.execute("UPDATE workload_run SET state = 'completed', finished_at = now()");
        fixture.waiting(fixture.ledger).start();

        assertThat(fixture.run(nightly, "2026-11-25T02:30").workloads()).containsExactly(workload);
    }

    private void forget(Duration kept, int most) {
        new RunHistory(fixture.jdbc, fixture.transactions, kept, most).forget();
    }

    private void lookAt(String time) {
        fixture.at(time);
        fixture.coordinator().decide();
    }
}
