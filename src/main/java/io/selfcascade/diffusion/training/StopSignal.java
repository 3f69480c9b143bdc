package io.selfcascade.diffusion.training;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a running step finish before the process ends: on SIGTERM or Ctrl-C a flag is raised and the virtual machine's
 * shutdown waits for the loop to leave, because native memory freed under a running step would crash the process.
 */
public final class StopSignal implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean raised;

    /** A signal that the process's end raises. */
    public static StopSignal onShutdown() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::raiseAndWait, "training-stop"));
        return signal;
    }

    /** Asks the loop to leave after the step it is in. */
    public void raise() {
        raised = true;
    }

    public boolean isRaised() {
        return raised;
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
