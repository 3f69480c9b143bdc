package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.intake.BackfillRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.trigger.RequestedRuns.Backfill;
import io.selfcascade.platform.trigger.RequestedRuns.Triggered;
import io.selfcascade.platform.trigger.ScheduleRun.Cause;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationEventPublisher;

/** Runs that people ask for. */
class RequestedRunsTest {

    private final ScheduleFixture fixture = new ScheduleFixture();
    private final DueSchedules coordinator = fixture.coordinator();
    private final WaitingRuns waiting = fixture.waiting(fixture.ledger);

    @Test
    void aTriggerIsOneRunHoweverOftenItIsSent() {
        UUID nightly = fixture.nightly("");

        Triggered first = trigger(nightly, "k");
        Triggered again = trigger(nightly, "k");

        assertThat(first.replayed()).isFalse();
        assertThat(again).isEqualTo(new Triggered(first.run(), true));
        assertThat(first.run().state()).isEqualTo(State.STARTED);
        assertThat(first.run().cause()).isEqualTo(Cause.TRIGGER);
        assertThat(fixture.count("workload")).isEqualTo(1);
    }

    @Test
    void aTriggerAtTheVeryMomentOfTheClockTakesNothingFromIt() {
        UUID nightly = fixture.nightly(", \"overlap_policy\": \"allow\"");
        fixture.at("2026-11-25T02:30:00Z");

        trigger(nightly, "a");
        trigger(nightly, "b");
        coordinator.decide();

        assertThat(fixture.history(nightly)).extracting(run -> run.logicalDate() + " " + run.state()).containsExactly(
                "2026-11-25T02:30 STARTED", "2026-11-25T02:30:00.000002 STARTED", "2026-11-25T02:30:00.000001 STARTED");
        assertThat(fixture.count("workload")).isEqualTo(3);
    }

    @Test
    void aTriggerObeysTheOverlapPolicyAndRunsAPausedSchedule() {
        UUID nightly = fixture.nightly(", \"enabled\": false");

        assertThat(trigger(nightly, "a").run().state()).isEqualTo(State.STARTED);
        assertThat(trigger(nightly, "b").run().state()).isEqualTo(State.SKIPPED_OVERLAP);
        assertThat(trigger(nightly, "b").run().state()).isEqualTo(State.SKIPPED_OVERLAP);
        assertThat(fixture.count("workload")).isEqualTo(1);
    }

    @Test
    void aTriggerThatIsRefusedLeavesNothing() {
        UUID nightly = fixture.nightly("");
        fixture.database.execute("UPDATE schedule SET source = jsonb_set(source, '{workload,model}', '\"gone\"')");

        assertThatThrownBy(() -> trigger(nightly, "k")).hasMessageContaining("No such model: gone");
        assertThat(fixture.history(nightly)).isEmpty();
    }

    @Test
    void backfillsEachDateOnceInOrderWhileNothingIsOpen() {
        fixture.at("2026-11-25T12:00:00Z");
        UUID nightly = fixture.nightly("");

        assertThat(backfill(nightly, "2026-11-22", "2026-11-24")).isEqualTo(new Backfill(3, 3));
        assertThat(backfill(nightly, "2026-11-22", "2026-11-24")).isEqualTo(new Backfill(0, 3));
        for (int day = 22; day <= 24; day++) {
            waiting.start();
            waiting.start();
            assertThat(fixture.count("schedule_run WHERE state = 'started'")).isEqualTo(day - 21);
            ScheduleRun run = fixture.run(nightly, "2026-11-" + day + "T02:30");
            assertThat(run.state()).isEqualTo(State.STARTED);
            fixture.ledger.end(run.workloads().get(0), RunState.COMPLETED);
        }

        assertThat(backfill(nightly, "2026-11-22", "2026-11-24")).isEqualTo(new Backfill(0, 3));
        waiting.start();
        assertThat(fixture.count("workload")).isEqualTo(3);
        assertThat(fixture.history(nightly)).hasSize(3).allMatch(run -> run.cause() == Cause.BACKFILL);
    }

    @Test
    void backfillsWhatWasMissedSkippedOrFailedAndLeavesWhatStarted() {
        fixture.at("2026-11-22T00:00:00Z");
        UUID nightly = fixture.nightly("");
        fixture.at("2026-11-25T12:00:00Z");
        coordinator.decide();

        assertThat(backfill(nightly, "2026-11-22", "2026-11-25")).isEqualTo(new Backfill(3, 4));

        assertThat(fixture.run(nightly, "2026-11-24T02:30").state()).isEqualTo(State.PENDING);
        assertThat(fixture.run(nightly, "2026-11-25T02:30").state()).isEqualTo(State.STARTED);
    }

    @Test
    void backfillsSideBySideWhereThatIsAllowed() {
        fixture.at("2026-11-25T12:00:00Z");
        UUID nightly = fixture.nightly(", \"overlap_policy\": \"allow\"");
        backfill(nightly, "2026-11-23", "2026-11-24");

        waiting.start();
        waiting.start();

        assertThat(fixture.count("schedule_run WHERE state = 'started'")).isEqualTo(2);
    }

    @Test
    void threeCoordinatorsStartEveryBackfilledDateOnce() throws Exception {
        fixture.at("2026-11-25T12:00:00Z");
        UUID nightly = fixture.nightly(", \"overlap_policy\": \"allow\"");
        backfill(nightly, "2026-10-26", "2026-11-25");
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> coordinators = IntStream.range(0, 3).<Future<?>>mapToObj(n -> threads.submit(() -> {
                WaitingRuns one = fixture.waiting(fixture.ledger);
                while (fixture.count("schedule_run WHERE state = 'pending'") > 0) {
                    one.start();
                }
            })).toList();
            for (Future<?> coordinator : coordinators) {
                coordinator.get();
            }
        } finally {
            threads.shutdown();
        }

        assertThat(fixture.history(nightly)).hasSize(31).allMatch(run -> run.state() == State.STARTED && run.workloads().size() == 1);
        assertThat(fixture.count("workload")).isEqualTo(31);
    }

    @Test
    void aBackfilledDateThatIsRefusedHasFailedAndTheNextOneIsTried() {
        fixture.at("2026-11-25T12:00:00Z");
        UUID nightly = fixture.nightly("");
        backfill(nightly, "2026-11-23", "2026-11-24");
        ApplicationEventPublisher refuses = event -> {
            throw new CascadeException(ErrorCode.EXCEEDS_STORAGE, "no room");
        };

        fixture.waiting(refuses).start();
        waiting.start();

        assertThat(fixture.run(nightly, "2026-11-23T02:30").reason()).isEqualTo("no room");
        assertThat(fixture.run(nightly, "2026-11-23T02:30").state()).isEqualTo(State.FAILED);
        assertThat(fixture.run(nightly, "2026-11-24T02:30").state()).isEqualTo(State.STARTED);
    }

    @Test
    void aBackfilledDateThatCannotStartYetWaitsAndKeepsItsTurn() {
        fixture.at("2026-11-25T12:00:00Z");
        UUID nightly = fixture.nightly(", \"overlap_policy\": \"allow\"");
        backfill(nightly, "2026-11-23", "2026-11-24");
        ApplicationEventPublisher full = event -> {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "full");
        };

        fixture.waiting(full).start();
        waiting.start();
        assertThat(fixture.count("schedule_run WHERE state = 'pending'")).isEqualTo(2);

        fixture.at("2026-11-25T12:00:05Z");
        waiting.start();

        assertThat(fixture.run(nightly, "2026-11-23T02:30").state()).isEqualTo(State.STARTED);
    }

    @Test
    void refusesARangeWithoutTimesOrWithTooMany() {
        fixture.at("2026-11-25T12:00:00Z");
        UUID nightly = fixture.nightly("");

        assertThatThrownBy(() -> backfill(nightly, "2026-01-01", "2026-11-24"))
                .isInstanceOf(InvalidRequestException.class).hasMessageContaining("More than 31 times");
        assertThatThrownBy(() -> backfill(nightly, "2026-11-26", "2026-11-30"))
                .isInstanceOf(InvalidRequestException.class).hasMessageContaining("in the past");
        assertThat(backfill(nightly, "2026-11-24", "2026-11-30")).as("what is yet to come is left to the clock")
                .isEqualTo(new Backfill(2, 2));
    }

    private Triggered trigger(UUID schedule, String key) {
        return fixture.requested.trigger(
                ScheduleFixture.TENANT, schedule, new RequestIdentity(RequestIdentity.REST, key));
    }

    private Backfill backfill(UUID schedule, String from, String to) {
        return fixture.requested.backfill(
                ScheduleFixture.TENANT, schedule, new BackfillRequest(LocalDate.parse(from), LocalDate.parse(to)));
    }
}
