package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.trigger.ScheduleRun.Cause;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationEventPublisher;

/** What becomes of every time of a schedule. */
class DueSchedulesTest {

    private final ScheduleFixture fixture = new ScheduleFixture();
    private final DueSchedules coordinator = fixture.coordinator();

    @Test
    void startsTheWorkloadAtItsTimeAndNotBefore() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");

        lookAt("2026-11-25T02:29:59Z");
        assertThat(fixture.history(nightly)).isEmpty();

        lookAt("2026-11-25T02:30:00Z");
        lookAt("2026-11-25T02:30:01Z");

        assertThat(fixture.history(nightly)).singleElement().satisfies(run -> {
            assertThat(run.logicalDate()).isEqualTo(LocalDateTime.parse("2026-11-25T02:30"));
            assertThat(run.scheduledFor()).isEqualTo(Instant.parse("2026-11-25T02:30:00Z"));
            assertThat(run.cause()).isEqualTo(Cause.CLOCK);
            assertThat(run.state()).isEqualTo(State.STARTED);
            assertThat(fixture.ledger.state(run.workloads().get(0))).isEqualTo(RunState.QUEUED);
        });
        assertThat(fixture.count("workload WHERE name = 'nightly 2026-11-25'")).isEqualTo(1);
        assertThat(fixture.schedules.get(ScheduleFixture.TENANT, nightly).nextAt()).isEqualTo("2026-11-26T02:30:00Z");
    }

    @Test
    void runsOnceInEachOfTheNightsInWhichTheClocksAreChanged() {
        for (String evening : new String[] {"2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"}) {
            fixture.at(evening);
            UUID nightly = fixture.schedule("\"name\": \"" + evening + "\", \"cron\": \"30 2 * * *\", \"time_zone\": \"Europe/Berlin\","
                    + " \"overlap_policy\": \"allow\", \"workload\": " + ScheduleFixture.WORKLOAD);
            for (int minutes = 0; minutes <= 12 * 60; minutes += 10) {
                lookAt(Instant.parse(evening).plusSeconds(60L * minutes).toString());
            }

            assertThat(fixture.history(nightly)).singleElement().satisfies(run -> {
                assertThat(run.state()).isEqualTo(State.STARTED);
                assertThat(run.logicalDate().toLocalTime()).hasToString("02:30");
            });
        }
    }

    /** Every round is a night; both coordinators look at the same moment, again and again. */
    @Test
    void twoCoordinatorsStartOneRunForEveryDate() throws Exception {
        fixture.at("2026-01-01T00:00:00Z");
        UUID nightly = fixture.nightly(", \"overlap_policy\": \"allow\"");
        List<DueSchedules> coordinators = List.of(fixture.coordinator(), fixture.coordinator(), fixture.coordinator());
        CyclicBarrier together = new CyclicBarrier(coordinators.size());
        ExecutorService threads = Executors.newFixedThreadPool(coordinators.size());
        try {
            for (int day = 1; day <= 200; day++) {
                fixture.at(Instant.parse("2026-01-01T02:30:00Z").plusSeconds(86_400L * day).toString());
                List<Future<?>> looks = new ArrayList<>();
                for (DueSchedules one : coordinators) {
                    looks.add(threads.submit(() -> {
                        together.await();
                        one.decide();
                        return null;
                    }));
                }
                for (Future<?> look : looks) {
                    look.get();
                }
            }
        } finally {
            threads.shutdown();
        }

        assertThat(fixture.count("schedule_run WHERE state = 'started'")).isEqualTo(200);
        assertThat(fixture.count("schedule_run WHERE state <> 'missed'")).isEqualTo(200);
        assertThat(fixture.count("workload")).isEqualTo(200);
        assertThat(fixture.count("(SELECT DISTINCT logical_date FROM schedule_run WHERE schedule_id = '" + nightly + "') d"))
                .isEqualTo(fixture.count("schedule_run"));
    }

    @Test
    void aCoordinatorThatDiesBetweenTheWorkloadAndItsRunLeavesNothing() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");
        ApplicationEventPublisher dies = event -> {
            fixture.ledger.publishEvent(event);
            if (event instanceof WorkloadAccepted) {
                fixture.jdbc.sql("SELECT pg_terminate_backend(pg_backend_pid())").query().listOfRows();
            }
        };

        fixture.at("2026-11-25T02:30:00Z");
        fixture.coordinator(dies).decide();
        assertThat(fixture.history(nightly)).isEmpty();
        assertThat(fixture.count("workload")).isZero();

        lookAt("2026-11-25T02:30:05Z");

        assertThat(fixture.history(nightly)).singleElement().satisfies(run -> assertThat(run.workloads()).hasSize(1));
        assertThat(fixture.count("workload")).isEqualTo(1);
    }

    @Test
    void whatCannotBeAcceptedHasFailedWithItsReasonAndTheNextNightIsTriedAgain() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");
        ApplicationEventPublisher refuses = event -> {
            throw new CascadeException(ErrorCode.EXCEEDS_STORAGE, "Cannot accept 1 items: no room");
        };

        fixture.at("2026-11-25T02:30:00Z");
        fixture.coordinator(refuses).decide();
        lookAt("2026-11-26T02:30:00Z");

        assertThat(fixture.history(nightly)).extracting(ScheduleRun::state, ScheduleRun::reason).containsExactly(
                tuple(State.STARTED, null),
                tuple(State.FAILED, "Cannot accept 1 items: no room"));
    }

    @Test
    void whatMayPassIsTriedAgainUntilItStarts() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");
        ApplicationEventPublisher full = event -> {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot store");
        };

        fixture.at("2026-11-25T02:30:00Z");
        fixture.coordinator(full).decide();
        lookAt("2026-11-25T02:30:04Z");
        assertThat(fixture.history(nightly)).isEmpty();

        lookAt("2026-11-25T02:30:05Z");

        assertThat(fixture.history(nightly)).singleElement().satisfies(run -> assertThat(run.state()).isEqualTo(State.STARTED));
    }

    @Test
    void oneThatCannotBeDecidedAboutHoldsUpNoOther() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID broken = fixture.schedule("\"name\": \"a\", \"cron\": \"29 2 * * *\", \"time_zone\": \"UTC\", \"workload\": "
                + ScheduleFixture.WORKLOAD);
        UUID nightly = fixture.nightly("");
        fixture.database.execute("UPDATE schedule SET time_zone = 'Atlantis/Capital' WHERE id = '" + broken + "'");

        lookAt("2026-11-25T02:30:00Z");

        assertThat(fixture.history(nightly)).hasSize(1);
    }

    @Test
    void skipsARunWhileAFormerOneIsOpen() {
        UUID nightly = startedTwice("forbid");

        List<ScheduleRun> history = fixture.history(nightly);
        assertThat(history).extracting(ScheduleRun::state).containsExactly(State.SKIPPED_OVERLAP, State.STARTED);
        UUID former = history.get(1).workloads().get(0);
        assertThat(history.get(0).reason()).isEqualTo("Workload " + former + " of a former run is open");

        fixture.ledger.end(former, RunState.COMPLETED);
        lookAt("2026-11-27T02:30:00Z");

        assertThat(fixture.history(nightly).get(0).state()).isEqualTo(State.STARTED);
    }

    @Test
    void replacesExactlyTheFormerRun() {
        fixture.at("2026-11-25T00:00:00Z");
        UUID other = fixture.schedule("\"name\": \"other\", \"cron\": \"0 1 * * *\", \"time_zone\": \"UTC\", \"workload\": "
                + ScheduleFixture.WORKLOAD);
        lookAt("2026-11-25T01:00:00Z");
        fixture.schedules.pause(ScheduleFixture.TENANT, other);

        UUID nightly = startedTwice("replace");

        List<ScheduleRun> history = fixture.history(nightly);
        assertThat(history).extracting(ScheduleRun::state).containsExactly(State.STARTED, State.STARTED);
        assertThat(fixture.ledger.desired(history.get(0).workloads().get(0))).isEqualTo(Desired.RUN);
        assertThat(fixture.ledger.desired(history.get(1).workloads().get(0))).isEqualTo(Desired.CANCEL);
        assertThat(fixture.ledger.desired(fixture.history(other).get(0).workloads().get(0))).isEqualTo(Desired.RUN);
    }

    @Test
    void allowsRunsBesideEachOther() {
        UUID nightly = startedTwice("allow");

        assertThat(fixture.history(nightly)).allSatisfy(run -> {
            assertThat(run.state()).isEqualTo(State.STARTED);
            assertThat(fixture.ledger.desired(run.workloads().get(0))).isEqualTo(Desired.RUN);
        }).hasSize(2);
    }

    @Test
    void catchesUpOnOneRunAfterThreeDays() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID nightly = fixture.nightly("");

        lookAt("2026-11-28T01:00:00Z");

        assertThat(fixture.history(nightly)).extracting(run -> run.logicalDate().getDayOfMonth() + " " + run.state())
                .containsExactly("27 STARTED", "26 MISSED", "25 MISSED");
    }

    @Test
    void startsLateOnlyWithinTheStartingDeadline() {
        fixture.at("2026-11-25T01:00:00Z");
        UUID within = fixture.nightly(", \"starting_deadline\": \"2h\"");
        UUID beyond = fixture.schedule("\"name\": \"b\", \"cron\": \"30 2 * * *\", \"time_zone\": \"UTC\","
                + " \"starting_deadline\": \"PT1H59M59S\", \"workload\": " + ScheduleFixture.WORKLOAD);

        lookAt("2026-11-25T04:30:00Z");

        assertThat(fixture.history(within)).extracting(ScheduleRun::state).containsExactly(State.STARTED);
        assertThat(fixture.history(beyond)).extracting(ScheduleRun::state).containsExactly(State.MISSED);
        assertThat(fixture.history(beyond).get(0).reason()).contains("starting deadline");
    }

    @Test
    void recordsTheLastTimesOfALongAbsenceOnly() {
        fixture.at("2026-01-01T00:00:00Z");
        UUID everySecond = fixture.schedule("\"name\": \"s\", \"cron\": \"* * * * * *\", \"time_zone\": \"UTC\", \"workload\": "
                + ScheduleFixture.WORKLOAD);

        lookAt("2026-11-25T00:00:00Z");

        assertThat(fixture.count("schedule_run WHERE state = 'missed'")).isEqualTo(DueSchedules.MOST_RECORDED);
        assertThat(fixture.history(everySecond).get(0).state()).isEqualTo(State.STARTED);
    }

    private UUID startedTwice(String policy) {
        fixture.at("2026-11-25T01:30:00Z");
        UUID nightly = fixture.nightly(", \"overlap_policy\": \"" + policy + "\"");
        lookAt("2026-11-25T02:30:00Z");
        lookAt("2026-11-26T02:30:00Z");
        return nightly;
    }

    private void lookAt(String time) {
        fixture.at(time);
        coordinator.decide();
    }
}
