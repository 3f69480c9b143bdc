package io.selfcascade.platform.dispatch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * A thread that does one thing again and again. What goes wrong is logged and tried again a second later: a database or a
 * broker that is away delays the work, it does not end it.
 */
public final class Loop implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Loop.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final String name;
    private final int phase;
    private final Duration interval;
    private final Body body;
    private CountDownLatch stopped = new CountDownLatch(0);
    private Thread thread = new Thread();

    /** @param interval between the end of a round and the next; zero if the body waits by itself */
    public Loop(String name, int phase, Duration interval, Body body) {
        this.name = name;
        this.phase = phase;
        this.interval = interval;
        this.body = body;
    }

    @Override
    public synchronized void start() {
        if (!isRunning()) {
            CountDownLatch stop = new CountDownLatch(1);
            stopped = stop;
            thread = new Thread(() -> run(stop), name);
            thread.start();
        }
    }

    /** Lets the current round end. */
    @Override
    public synchronized void stop() {
        stopped.countDown();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public int getPhase() {
        return phase;
    }

    private void run(CountDownLatch stop) {
        boolean failing = false;
        try {
            boolean last = false;
            while (!last) {
                failing = failed(failing);
                last = stop.await((failing ? AFTER_FAILURE : interval).toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            log.warn("loop interrupted name={}", name);
        } finally {
            body.end();
        }
    }

    /** One round. Told once when it begins to fail, and once when it goes on. */
    private boolean failed(boolean before) throws InterruptedException {
        try {
            body.round();
            if (before) {
                log.info("loop goes on name={}", name);
            }
            return false;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            if (!before) {
                log.warn("loop waits name={}", name, e);
            }
            return true;
        }
    }

    /** What the loop does. */
    @FunctionalInterface
    public interface Body {

        /** One round. */
        void round() throws Exception;

        /** After the last round, on the same thread. */
        default void end() {}
    }
}
