package io.selfcascade.faults;

import io.selfcascade.platform.embedded.EmbeddedDirectory;
import io.selfcascade.platform.embedded.EmbeddedPostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The database: a real PostgreSQL that forces every commit to disk, on a port it keeps. */
final class Database implements AutoCloseable {

    static final String NAME = "faults";

    private final Path folder;
    private final EmbeddedDirectory lock;
    private EmbeddedPostgresServer server;
    private boolean up;

    Database(Path folder) {
        this.folder = folder;
        lock = EmbeddedDirectory.lock(folder);
        server = EmbeddedPostgresServer.start(folder, 0);
        server.createDatabase(NAME);
        up = true;
    }

    /** Connections of no pool: none is stale after a crash. */
    DataSource dataSource() {
        return server.dataSource(NAME);
    }

    JdbcClient jdbc() {
        return JdbcClient.create(dataSource());
    }

    String url() {
        return server.jdbcUrl(NAME);
    }

    String password() {
        return server.password();
    }

    /** A run that was killed leaves its server. */
    static void stopOrphan(Path folder) {
        if (Files.exists(folder.resolve("postgres/postmaster.pid"))) {
            quit(folder);
        }
    }

    /** What {@code pg_ctl stop -m immediate} does: every process ends at once, nothing is flushed. */
    void crash() {
        quit(folder);
        up = false;
    }

    void ensureUp() {
        if (!up) {
            int port = server.port();
            server.close();
            server = EmbeddedPostgresServer.start(folder, port);
            up = true;
        }
    }

    @Override
    public void close() {
        server.close();
        lock.close();
    }

    private static void quit(Path folder) {
        try {
            long pid = Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0).strip());
            if (ProcessHandle.of(pid).flatMap(process -> process.info().command()).filter(name -> name.endsWith("/postgres")).isPresent()) {
                Signals.send("QUIT", pid);
                Patience.until("the database ends", () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
