package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;

import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server process of a data directory, found by the file it keeps there. It outlives a JVM that was killed. */
final class Postmaster {

    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Postmaster() {
    }

    /**
     * Stops the server that a killed JVM left behind, and clears its file if the process is already gone.
     *
     * <p>Call it only while holding the lock of the directory: then no living JVM owns the server.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if the process does not stop
     */
    static void stopOrphan(Path data) {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        Optional<ProcessHandle> orphan = find(data);
        if (orphan.isEmpty()) {
            // The number may belong to another program by now, and the server would then refuse to start.
            log.info("removing stale file={}", file);
            delete(file);
            return;
        }
        log.warn("stopping the server of a killed run pid={} directory={}", orphan.get().pid(), data);
        stop(orphan.get());
    }

    /** Waits until the server of the directory has ended; returns at once if there is none. */
    static void awaitExit(Path data) {
        find(data).ifPresent(Postmaster::await);
    }

    /** The running server of this directory. Another program under the same number does not count. */
    static Optional<ProcessHandle> find(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                    .filter(process -> serves(process, data, lines));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static boolean serves(ProcessHandle process, Path data, List<String> lines) {
        boolean postgres = process.info().command().map(command -> command.endsWith("/postgres")).orElse(false);
        return postgres && lines.size() > 1 && Path.of(lines.get(1)).toAbsolutePath().normalize()
                .equals(data.toAbsolutePath().normalize());
    }

    private static void stop(ProcessHandle process) {
        try {
            // SIGINT is the fast shutdown: it ends sessions and writes a checkpoint. SIGTERM would wait for clients.
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
            await(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot stop PostgreSQL: process " + process.pid()
                    + " still runs after " + PATIENCE.toSeconds() + " s (stop it by hand: kill -INT "
                    + process.pid() + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
