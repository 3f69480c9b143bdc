package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;

import io.selfcascade.spec.CascadeException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of our own: durable, reachable from this machine only, and behind a password nobody chose.
 *
 * <p>Whoever starts one holds the lock of its directory ({@link EmbeddedDirectory}). Data, binaries, log and password
 * lie there; a server that a killed JVM left running is stopped first.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

    /** The superuser of the server; the platform is its only client. */
    public static final String USERNAME = "postgres";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    /** What makes a commit survive a power cut. The library starts the server with the first two off. */
    private static final Map<String, String> DURABLE =
            Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");

    private final EmbeddedPostgres server;
    private final Path data;
    private final String password;

    private EmbeddedPostgresServer(EmbeddedPostgres server, Path data, String password) {
        this.server = server;
        this.data = data;
        this.password = password;
    }

    /**
     * Starts the server on the data of {@code directory}, creating it on first use.
     *
     * @param directory holds {@code postgres/} and its companions
     * @param preferredPort the port of the last run, or 0
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE with the reason if the server cannot start or is not durable
     */
    public static EmbeddedPostgresServer start(Path directory, int preferredPort) {
        Path root = directory.toAbsolutePath().normalize();
        Path data = root.resolve("postgres");
        RootStart.check();
        Postmaster.stopOrphan(data);
        FirstStart first = FirstStart.prepare(root, data);
        try {
            EmbeddedPostgres server = builder(root, data, first.passwordFile(), first.password())
                    .setPort(LoopbackPort.choose(preferredPort)).start();
            EmbeddedPostgresServer started = new EmbeddedPostgresServer(server, data, first.password());
            started.checkDurable();
            first.done();
            return started;
        } catch (IOException | IllegalStateException e) {
            Postmaster.stopOrphan(data);
            throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot start PostgreSQL in " + data + ": "
                    + lastLine(root.resolve("postgres.log")) + " (see " + root.resolve("postgres.log") + ")", e);
        }
    }

    public int port() {
        return server.getPort();
    }

    public String password() {
        return password;
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** An unpooled source of connections to one database of this server. */
    public PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(jdbcUrl(database));
        source.setUser(USERNAME);
        source.setPassword(password);
        return source;
    }

    /** The server's process, while it lives. */
    Optional<ProcessHandle> process() {
        return Postmaster.find(data);
    }

    /** Creates the database if the server does not have it. */
    public void createDatabase(String name) {
        try (Connection connection = dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            if (!statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + name + "'").next()) {
                statement.execute("CREATE DATABASE " + name);
            }
        } catch (SQLException e) {
            throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot create database " + name + ": "
                    + e.getMessage() + " (see " + data.resolveSibling("postgres.log") + ")", e);
        }
    }

    /** Stops the server and returns when its process has ended: the directory is free then. */
    @Override
    public void close() {
        try {
            server.close();
            Postmaster.awaitExit(data);
        } catch (IOException e) {
            log.warn("PostgreSQL did not stop cleanly directory={}", data, e);
        }
    }

    private static EmbeddedPostgres.Builder builder(Path root, Path data, Path passwordFile, String password) {
        Redirect logFile = Redirect.appendTo(root.resolve("postgres.log").toFile());
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data).setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(FirstStart.binaries(root).toFile())
                // The owner closes it in order, after its clients; a hook of its own would race with them.
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_LIMIT)
                .setOutputRedirector(logFile).setErrorRedirector(logFile)
                .setConnectConfig("password", password);
        // The library hands these to initdb as --key=value; a later --auth outweighs its own "-A trust".
        Map.of("auth", "scram-sha-256", "pwfile", passwordFile.toString(), "locale", "C",
                "locale-provider", "builtin", "builtin-locale", "C.UTF-8").forEach(builder::setLocaleConfig);
        DURABLE.forEach(builder::setServerConfig);
        Map.of("listen_addresses", "127.0.0.1", "unix_socket_directories", "''", "max_connections", "200")
                .forEach(builder::setServerConfig);
        return builder;
    }

    private void checkDurable() {
        try (Connection connection = dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> setting : DURABLE.entrySet()) {
                ResultSet shown = statement.executeQuery("SHOW " + setting.getKey());
                shown.next();
                if (!shown.getString(1).equals(setting.getValue())) {
                    throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot trust PostgreSQL in " + data
                            + ": " + setting.getKey() + " is " + shown.getString(1)
                            + " (remove it from postgresql.auto.conf)");
                }
            }
        } catch (SQLException e) {
            close();
            throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot read the settings of PostgreSQL in " + data
                    + ": " + e.getMessage() + " (see " + data.resolveSibling("postgres.log") + ")", e);
        } catch (CascadeException e) {
            close();
            throw e;
        }
    }

    private static String lastLine(Path logFile) {
        try {
            List<String> lines = Files.exists(logFile) ? Files.readAllLines(logFile) : List.of();
            List<String> fatal =
                    lines.stream().filter(line -> line.contains("FATAL") || line.contains("error")).toList();
            List<String> telling = fatal.isEmpty() ? lines : fatal;
            return telling.isEmpty() ? "it left no log" : telling.get(telling.size() - 1).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
