package io.selfcascade.platform.report;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.role.LifecyclePhase;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
            for (UUID id : Set.copyOf(watched)) {
                views.find(RequestIdentity.DEFAULT_TENANT, id).ifPresentOrElse(this::tell, () -> forget(id));
            }
        } catch (DataAccessException e) {
            log.debug("progress unknown", e);
        }
    }

    private void tell(WorkloadView view) {
        if (view.state().isTerminal()) {
            clear();
            out.println(ProgressLine.ending(view, store.location(view.id().toString())));
            forget(view.id());
            return;
        }
        String line = ProgressLine.of(view, isTerminal);
        if (isTerminal) {
            clear();
            out.print(line);
            out.flush();
        } else if (tick % PLAIN_EVERY == 0 && !line.equals(said.put(view.id(), line))) {
            out.println(line);
        }
    }

    private void clear() {
        if (isTerminal) {
            out.print("\r\u001b[2K");
        }
    }

    private void forget(UUID id) {
        watched.remove(id);
        said.remove(id);
    }
}
