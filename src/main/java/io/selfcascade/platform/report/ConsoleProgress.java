package io.selfcascade.platform.report;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.role.LifecyclePhase;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/**
 * Tells the person at the terminal how the workloads fare: one line that redraws itself on a terminal, a plain line every
 * few seconds where output is piped.
 */
final class ConsoleProgress implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ConsoleProgress.class);
    private static final int PLAIN_EVERY = 5;
    private static final String CLEAR = "\r\u001b[2K";
    // A line that wrapped could not be cleared again: too long a one is cut at the terminal's edge.
    private static final String CUT = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";

    private final WorkloadViews views;
    private final ArtifactStore store;
    private final PrintStream out;
    private final boolean isTerminal;
    private final Set<UUID> watched = new LinkedHashSet<>();
    private final Map<UUID, String> said = new LinkedHashMap<>();
    private int tick;
    private @Nullable ScheduledExecutorService timer;

    ConsoleProgress(WorkloadViews views, ArtifactStore store, PrintStream out, boolean isTerminal) {
        this.views = views;
        this.store = store;
        this.out = out;
        this.isTerminal = isTerminal;
    }

    @Override
    public synchronized void start() {
        timer = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "progress"));
        timer.scheduleWithFixedDelay(this::refresh, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return timer != null;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.COORDINATOR;
    }

    /** Reads once and tells what changed. Never throws: a timer that threw would end. */
    void refresh() {
        try {
            watched.addAll(views.open());
            tick++;
            List<WorkloadView> open = new ArrayList<>();
            for (UUID id : List.copyOf(watched)) {
                views.find(id).ifPresentOrElse(
                        view -> tell(view, open), () -> forget(id));
            }
            if (isTerminal && !open.isEmpty()) {
                draw(open);
            }
        } catch (DataAccessException e) {
            log.debug("progress unknown", e);
        }
    }

    private void tell(WorkloadView view, List<WorkloadView> open) {
        if (view.state().isTerminal()) {
            out.println((isTerminal ? CLEAR : "") + ProgressLine.ending(view, store.location(view.id().toString())));
            forget(view.id());
            return;
        }
        open.add(view);
        String line = ProgressLine.of(view);
        if (!isTerminal && tick % PLAIN_EVERY == 0 && !line.equals(said.put(view.id(), line))) {
            out.println(line);
        }
    }

    /** One line for all: the workload watched longest, and how many more there are. The cursor stays where a log begins. */
    private void draw(List<WorkloadView> open) {
        String more = open.size() == 1 ? "" : "  (+" + (open.size() - 1) + " more)";
        out.print(CLEAR + CUT + ProgressLine.bar(open.get(0)) + more + WRAP + "\r");
        out.flush();
    }

    private void forget(UUID id) {
        watched.remove(id);
        said.remove(id);
    }
}
