package io.selfcascade.platform.worker;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends runs that take longer than their stage may. A run that does not even reach its next step is stuck in native
 * code, which nothing inside the process can stop: then the process ends.
 */
final class RunWatchdog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RunWatchdog.class);

    private final Duration grace;
    private final ProcessExit exit;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "worker-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    /** @param grace how long a run may take to notice that its limit is over */
    RunWatchdog(Duration grace, ProcessExit exit) {
        this.grace = grace;
        this.exit = exit;
    }

    /** Watches the run until the returned watch is closed. */
    Watch watch(Run run) {
        long limitMillis = run.message().runLimitS() * 1000L;
        Future<?> limit = timer.schedule(
                () -> run.stop(RunStopped.Cause.RUN_LIMIT), limitMillis, TimeUnit.MILLISECONDS);
        Future<?> end = timer.schedule(() -> giveUp(run), limitMillis + grace.toMillis(), TimeUnit.MILLISECONDS);
        return () -> {
            limit.cancel(false);
            end.cancel(false);
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void giveUp(Run run) {
        log.error("run hangs, ending the process dispatch={} limit_s={} exit_code={}",
                run.message().dispatchId(), run.message().runLimitS(), ProcessExit.HUNG_RUN);
        exit.exit(ProcessExit.HUNG_RUN);
    }

    /** A run being watched. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
