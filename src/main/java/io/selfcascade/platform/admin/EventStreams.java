package io.selfcascade.platform.admin;

import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.dispatch.WorkloadEvent;
import io.selfcascade.platform.dispatch.WorkloadEvents;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The streams of this process. One loop reads the event table for all of them, so that a further client costs a socket and
 * a short queue, but no thread, no connection and no query of its own.
 */
final class EventStreams implements Loop.Body {

    static final Duration RETRY = Duration.ofSeconds(3);

    private final WorkloadEvents events;
    private final EventProperties properties;
    private final InstantSource clock;
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private volatile boolean isTended;

    EventStreams(WorkloadEvents events, EventProperties properties, InstantSource clock) {
        this.events = events;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * Answers a request with a stream, or with 204 where nothing will follow what the client has read: its workload ended there.
     *
     * @param after the last revision the client has read; null if it begins
     * @throws CascadeException NOT_FOUND if there is no such workload; TOO_MANY_STREAMS if too many are open
     */
    void open(UUID workload, @Nullable Long after, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        EventStream stream = new EventStream(workload, RETRY, clock, open::remove);
        admit(stream);
        try {
            WorkloadEvent now = events.now(workload);
            if (after != null && after == now.revision() && now.isTerminal()) {
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                stream.end();
                return;
            }
            begin(stream, now, after);
            writeHead(response);
            stream.attach(request.startAsync(request, response));
        } catch (IOException | RuntimeException e) {
            stream.end();
            throw e;
        }
    }

    static void writeHead(HttpServletResponse response) {
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        // Nothing follows a stream on its connection: one that nobody reads any more is not kept for another request.
        response.setHeader("Connection", "close");
        // Proxies that gather a response before they pass it on leave this one alone.
        response.setHeader("X-Accel-Buffering", "no");
    }

    @Override
    public void round() {
        isTended = true;
        open.forEach(stream -> stream.tend(properties));
        Map<UUID, Long> seen = new HashMap<>();
        open.forEach(stream -> seen.merge(stream.workload(), stream.revision(), Math::min));
        if (!seen.isEmpty()) {
            Map<UUID, List<WorkloadEvent>> news =
                    events.after(seen).stream().collect(Collectors.groupingBy(WorkloadEvent::workload));
            open.forEach(stream -> stream.offer(news.getOrDefault(stream.workload(), List.of())));
        }
    }

    /** A process that stops must not wait for its listeners. */
    @Override
    public void end() {
        isTended = false;
        open.forEach(EventStream::finish);
    }

    /** Number of streams that are open. */
    int size() {
        return open.size();
    }

    /** A client that comes again hears what it missed, unless that is too much or partly forgotten: then how things are. */
    private void begin(EventStream stream, WorkloadEvent now, @Nullable Long after) {
        Optional<List<WorkloadEvent>> missed = after == null
                ? Optional.empty() : events.since(stream.workload(), after, EventStream.MOST_PENDING / 2);
        // An ended workload has no next event that would end the stream.
        if (after == null || missed.isEmpty() || (missed.get().isEmpty() && now.isTerminal())) {
            stream.begin(now);
        } else {
            stream.resume(after, missed.get());
        }
    }

    private void admit(EventStream stream) {
        open.add(stream);
        if (!isTended || open.size() > properties.clients()) {
            open.remove(stream);
            throw new CascadeException(ErrorCode.TOO_MANY_STREAMS, "Cannot open stream of events: "
                    + properties.clients() + " are open (try again later, or poll GET /v1/workloads/{id})");
        }
    }
}
