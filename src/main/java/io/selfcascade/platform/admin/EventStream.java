package io.selfcascade.platform.admin;

import io.selfcascade.platform.dispatch.WorkloadEvent;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a stream. It has no thread: bytes are written only while its socket takes them, by whoever brings an event
 * or by the container when the socket takes more.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
final class EventStream implements WriteListener, AsyncListener {

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    /** Of events that wait for a slow reader. */
    static final int MOST_PENDING = 256;

    private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final UUID workload;
    private final InstantSource clock;
    private final Instant openedAt;
    private final Consumer<EventStream> onEnd;
    private final Deque<byte[]> pending = new ArrayDeque<>();
    private @Nullable AsyncContext context;
    private @Nullable ServletOutputStream out;
    private Stage stage = Stage.OPENING;
    private boolean isLastAdded;
    private boolean isFlushed = true;
    private long revision;
    private Instant lastWrite;
    private @Nullable Instant stuckSince;

    /** The response: not yet the container's to write, open, or given back. */
    private enum Stage { OPENING, OPEN, ENDED }

    /**
     * @param retry after which a client that lost the stream comes again
     * @param onEnd told once, however it ends
     */
    EventStream(UUID workload, Duration retry, InstantSource clock, Consumer<EventStream> onEnd) {
        this.workload = workload;
        this.clock = clock;
        this.openedAt = clock.instant();
        this.lastWrite = openedAt;
        this.onEnd = onEnd;
        pending.add(bytes("retry: " + retry.toMillis() + "\n\n"));
    }

    /** Takes over a response that has its headers. The container begins to write when the request's thread has left. */
    synchronized void attach(AsyncContext asyncContext) throws IOException {
        context = asyncContext;
        asyncContext.setTimeout(0);
        asyncContext.addListener(this);
        out = asyncContext.getResponse().getOutputStream();
        out.setWriteListener(this);
    }

    UUID workload() {
        return workload;
    }

    /** Of the last event it was given. */
    synchronized long revision() {
        return revision;
    }

    /** Begins with how things are. */
    synchronized void begin(WorkloadEvent now) {
        add("workload.snapshot", now);
        isLastAdded = now.isTerminal();
    }

    /** Begins behind the revision at which the client's last stream ended, with what it missed. */
    synchronized void resume(long after, List<WorkloadEvent> missed) {
        revision = after;
        offer(missed);
    }

    /** Brings events in order; those it has had are left out. If they leave the workload ended, so do they the stream. */
    synchronized void offer(List<WorkloadEvent> events) {
        if (isLastAdded) {
            return;
        }
        for (WorkloadEvent event : events) {
            if (event.revision() > revision) {
                add(makeRoom() ? "workload.snapshot" : "workload.updated", event);
                isLastAdded = event.isTerminal();
            }
        }
        drain();
    }

    /** Sends a sign of life where nothing else was sent, and parts with a client that takes nothing or had its time. */
    synchronized void tend(EventProperties properties) {
        Instant now = clock.instant();
        if (stuckSince != null && !stuckSince.plus(properties.patience()).isAfter(now)) {
            end();
        } else if (!openedAt.plus(properties.lifetime()).isAfter(now)) {
            finish();
        } else if (pending.isEmpty() && !lastWrite.plus(properties.heartbeat()).isAfter(now)) {
            pending.add(HEARTBEAT);
            drain();
        }
    }

    /** Ends once what waits is written. */
    synchronized void finish() {
        isLastAdded = true;
        drain();
    }

    /** Ends now. Ending again changes nothing. */
    void end() {
        if (becomesEnded()) {
            onEnd.accept(this);
        }
    }

    @Override
    public synchronized void onWritePossible() {
        if (stage == Stage.OPENING) {
            stage = Stage.OPEN;
        }
        drain();
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    @Override
    public void onError(AsyncEvent event) {
        end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        end();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Only a second dispatch would start it again.
    }

    private void add(String name, WorkloadEvent event) {
        revision = event.revision();
        pending.add(bytes("id: " + revision + "\nevent: " + name + "\ndata: " + event.json() + "\n\n"));
    }

    /** A reader so slow hears how things are, not how they came about. @return whether others were dropped for the next event */
    private boolean makeRoom() {
        if (pending.size() < MOST_PENDING) {
            return false;
        }
        pending.clear();
        return true;
    }

    /** Writes while the socket takes something; the container calls again when it takes more. */
    private void drain() {
        if (stage != Stage.OPEN || out == null) {
            return;
        }
        try {
            boolean isReady = out.isReady();
            while (isReady && !(pending.isEmpty() && isFlushed)) {
                writeNext(out);
                isReady = out.isReady();
            }
            if (!isReady) {
                stuckSince = stuckSince == null ? clock.instant() : stuckSince;
            } else if (isLastAdded) {
                end();
            }
        } catch (IOException gone) {
            // The container hears of it too, and completes the response.
            end();
        }
    }

    private void writeNext(ServletOutputStream open) throws IOException {
        byte[] next = pending.poll();
        if (next == null) {
            open.flush();
        } else {
            open.write(next);
            lastWrite = clock.instant();
        }
        isFlushed = next == null;
        stuckSince = null;
    }

    private synchronized boolean becomesEnded() {
        if (stage == Stage.ENDED) {
            return false;
        }
        stage = Stage.ENDED;
        isLastAdded = true;
        pending.clear();
        if (context != null) {
            try {
                context.complete();
            } catch (IllegalStateException e) {
                log.debug("stream was completed by the container workload={}", workload);
            }
        }
        return true;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
