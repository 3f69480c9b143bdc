package io.selfcascade.diffusion.training;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a running step finish before the process ends: on SIGTERM or Ctrl-C a flag is raised and the virtual machine's
 * shutdown waits for the loop to leave, because native memory freed under a running step would crash the process.
 */
public final class StopSignal implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final long begun = System.nanoTime();
    private final Duration limit;
    private volatile boolean raised;

    private StopSignal(Duration limit) {
        this.limit = limit;
    }

    /** A signal that only {@link #raise} raises. */
    public static StopSignal manual() {
        return new StopSignal(Duration.ofNanos(Long.MAX_VALUE));
    }

    /** A signal that the process's end raises, or the end of the time limit. */
    public static StopSignal onShutdown(Duration limit) {
        StopSignal signal = new StopSignal(limit);
        Runtime.getRuntime().addShutdownHook(new Thread(signal::raiseAndWait, "training-stop"));
        return signal;
    }

    /** Asks the loop to leave after the step it is in. */
    public void raise() {
        raised = true;
    }

    public boolean isRaised() {
        return raised || System.nanoTime() - begun >= limit.toNanos();
    }

    /** Tells a waiting shutdown that no native call will follow. */
    @Override
    public void close() {
        finished.countDown();
    }

    private void raiseAndWait() {
        raise();
        try {
            finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
