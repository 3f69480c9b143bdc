package io.selfcascade.platform.embedded;

import io.selfcascade.spec.CascadeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps PostgreSQL running: when its process dies under us, killed by a person or for memory, it is started again on the
 * same data and port. What was committed is there again; clients see broken connections and try again, as they would
 * with any server.
 */
final class PostgresKeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PostgresKeeper.class);
    /** The processes of a server that was killed need a moment to notice. */
    private static final Duration BETWEEN_STARTS = Duration.ofSeconds(1);

    private final Path directory;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread keeper = new Thread(work, "postgres-keeper");
        keeper.setDaemon(true);
        return keeper;
    });
    private volatile EmbeddedPostgresServer server;
    private volatile boolean closed;

    private PostgresKeeper(Path directory, EmbeddedPostgresServer server) {
        this.directory = directory;
        this.server = server;
    }

    /**
     * Starts the server, see {@link EmbeddedPostgresServer#start}.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if it cannot start the first time
     */
    static PostgresKeeper start(Path directory, int preferredPort) {
        PostgresKeeper keeper = new PostgresKeeper(directory, EmbeddedPostgresServer.start(directory, preferredPort));
        keeper.watch();
        return keeper;
    }

    /** The server that runs now. Its port and password never change. */
    EmbeddedPostgresServer server() {
        return server;
    }

    /** Stops the server for good. */
    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
        try {
            thread.awaitTermination(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
    }

    private void watch() {
        Optional<ProcessHandle> process = server.process();
        if (process.isPresent()) {
            process.get().onExit().thenRun(this::revive);
        } else {
            revive();
        }
    }

    private void revive() {
        if (!closed) {
            thread.execute(this::startAgain);
        }
    }

    private void startAgain() {
        log.warn("PostgreSQL died, starting it again directory={}", directory);
        server.close();
        try {
            for (boolean started = false; !started && !closed; started = tryStart()) {
                Thread.sleep(BETWEEN_STARTS.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryStart() {
        try {
            server = EmbeddedPostgresServer.start(directory, server.port());
            log.info("PostgreSQL runs again port={}", server.port());
            watch();
            return true;
        } catch (CascadeException e) {
            log.warn("PostgreSQL does not start yet reason={}", e.getMessage());
            return false;
        }
    }
}
