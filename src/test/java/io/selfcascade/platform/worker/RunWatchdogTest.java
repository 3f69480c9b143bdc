package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class RunWatchdogTest {

    private final List<Integer> exits = new CopyOnWriteArrayList<>();

    @Test
    void stopsARunPastItsLimitAndEndsTheProcessIfThatDoesNotHelp() {
        try (RunWatchdog watchdog = new RunWatchdog(Duration.ofMillis(200), exits::add)) {
            Run hung = run(0);
            try (RunWatchdog.Watch watch = watchdog.watch(hung)) {
                await().until(() -> !exits.isEmpty());
            }

            assertThat(exits).containsExactly(ProcessExit.HUNG_RUN);
            assertThatThrownBy(hung::check).isInstanceOfSatisfying(
                    RunStopped.class, stopped -> assertThat(stopped.why()).isEqualTo(RunStopped.Cause.RUN_LIMIT));
        }
    }

    @Test
    void leavesARunAloneThatEndsInTime() {
        try (RunWatchdog watchdog = new RunWatchdog(Duration.ZERO, exits::add)) {
            Run quick = run(1);
            watchdog.watch(quick).close();

            await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
            quick.check();
            assertThat(exits).isEmpty();
        }
    }

    private static Run run(int limitSeconds) {
        TaskMessage usual = Messages.ofOne(1, "cpu");
        return new Run(new TaskMessage(1, "cpu", usual.expiresAt(), 30, 5, limitSeconds, usual.model(), usual.stage(),
                usual.tasks()), task -> false, () -> false);
    }
}
