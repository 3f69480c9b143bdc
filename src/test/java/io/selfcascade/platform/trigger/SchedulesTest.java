package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What people do with schedules. */
class SchedulesTest {

    private final ScheduleFixture fixture = new ScheduleFixture();
    private final DueSchedules coordinator = fixture.coordinator();

    @Test
    void aPausedScheduleRestsAndThenGoesOnWithTheNextTime() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");

        fixture.schedules.pause(ScheduleFixture.TENANT, nightly);
        lookAt("2026-11-26T12:00:00Z");
        fixture.schedules.resume(ScheduleFixture.TENANT, nightly);
        lookAt("2026-11-26T12:00:01Z");
        assertThat(fixture.history(nightly)).isEmpty();

        lookAt("2026-11-27T02:30:00Z");

        assertThat(fixture.history(nightly)).extracting(ScheduleRun::state).containsExactly(State.STARTED);
    }

    @Test
    void pausingTwiceIsPausingOnce() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");

        ScheduleView first = fixture.schedules.pause(ScheduleFixture.TENANT, nightly);
        ScheduleView again = fixture.schedules.pause(ScheduleFixture.TENANT, nightly);

        assertThat(again).isEqualTo(first);
        assertThat(again.nextAt()).isNull();
        assertThat(again.request().enabled()).isFalse();
    }

    @Test
    void anEditedCronCountsFromNowOn() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");

        fixture.edit(nightly, "{\"cron\": \"0 1 * * *\"}");
        assertThat(fixture.schedules.get(ScheduleFixture.TENANT, nightly).nextAt()).isEqualTo("2026-11-26T01:00:00Z");
        fixture.edit(nightly, "{\"time_zone\": \"Asia/Tokyo\"}");
        assertThat(fixture.schedules.get(ScheduleFixture.TENANT, nightly).nextAt()).isEqualTo("2026-11-25T16:00:00Z");

        lookAt("2026-11-25T02:30:00Z");
        assertThat(fixture.history(nightly)).isEmpty();
    }

    @Test
    void anEditThatLeavesTheTimesLeavesTheTimer() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");

        fixture.at("2026-11-25T03:00:00Z");
        fixture.edit(nightly, "{\"name\": \"renamed\"}");
        coordinator.decide();

        assertThat(fixture.history(nightly)).as("the time that was due").hasSize(1);
    }

    @Test
    void anEditOnAnOldVersionChangesNothing() {
        UUID nightly = fixture.nightly("");
        int old = fixture.schedules.get(ScheduleFixture.TENANT, nightly).version();
        fixture.edit(nightly, "{\"name\": \"renamed\"}");

        assertThatThrownBy(() -> fixture.schedules.edit(ScheduleFixture.TENANT, nightly, fixture.patch("{\"name\": \"mine\"}"), old))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_MISMATCH));
        assertThat(fixture.schedules.get(ScheduleFixture.TENANT, nightly).request().name()).isEqualTo("renamed");
    }

    @Test
    void twoSchedulesOfATenantHaveTwoNames() {
        fixture.nightly("");

        assertThatThrownBy(() -> fixture.nightly(""))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(fixture.schedules.create("another", fixture.request(ScheduleFixture.NIGHTLY)).request().name()).isEqualTo("nightly");
    }

    @Test
    void aTenantHasSoManySchedulesAtMost() {
        fixture.nightly("");
        fixture.database.execute("INSERT INTO schedule (id, name, cron, time_zone, source, created_at) SELECT gen_random_uuid(),"
                + " n::text, '0 0 1 1 *', 'UTC', '{\"folder\": \"f\"}', now() FROM generate_series(1, 999) n");

        assertThatThrownBy(() -> fixture.schedule(ScheduleFixture.NIGHTLY.substring(1, ScheduleFixture.NIGHTLY.length() - 1)
                .replace("\"nightly\"", "\"one more\"")))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining("1000 already");
    }

    @Test
    void aWorkloadThatCouldNotBeAcceptedIsRefusedAtOnce() {
        assertThatThrownBy(() -> fixture.schedules.create(ScheduleFixture.TENANT,
                fixture.request(ScheduleFixture.NIGHTLY.replace("\"scenes\"", "\"nothing\""))))
                .hasMessageContaining("No such model: nothing");
        assertThatThrownBy(() -> fixture.schedules.create(ScheduleFixture.TENANT,
                fixture.request(ScheduleFixture.NIGHTLY.replace("\"width\": 128", "\"width\": 129"))))
                .isInstanceOf(CascadeException.class);
        assertThat(fixture.count("schedule")).isZero();
    }

    @Test
    void deletingAScheduleLeavesTheWorkloadThatRuns() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");
        lookAt("2026-11-25T02:30:00Z");
        UUID workload = fixture.history(nightly).get(0).workloads().get(0);

        fixture.schedules.delete(ScheduleFixture.TENANT, nightly);
        lookAt("2026-11-26T02:30:00Z");

        assertThat(fixture.ledger.state(workload)).isEqualTo(RunState.QUEUED);
        assertThat(fixture.count("workload")).isEqualTo(1);
        assertThat(fixture.count("schedule_run")).isZero();
    }

    @Test
    void tenantsDoNotSeeEachOthersSchedules() {
        UUID nightly = fixture.nightly("");

        assertThatThrownBy(() -> fixture.schedules.get("another", nightly))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThatThrownBy(() -> fixture.schedules.pause("another", nightly)).isInstanceOf(CascadeException.class);
        assertThatThrownBy(() -> fixture.schedules.delete("another", nightly)).isInstanceOf(CascadeException.class);
        assertThat(fixture.schedules.page("another", null, 10)).isEmpty();
    }

    private void lookAt(String time) {
        fixture.at(time);
        coordinator.decide();
    }
}
