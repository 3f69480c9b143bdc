package io.selfcascade.platform.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One PostgreSQL server and one Kafka broker for all tests of a JVM, started when first asked for, stopped at its end.
 *
 * <p>Without Spring: {@code SharedInfrastructure.freshDatabase()} and {@code SharedInfrastructure.bootstrapServers()}.
 * With Spring: {@code @ContextConfiguration(initializers = SharedInfrastructure.Initializer.class)}, which gives each
 * context a database, topics and a folder of its own. Without Spring, {@link #freshTopics} keep ledgers and workers apart
 * that know nothing of each other.
 */
public final class SharedInfrastructure {

    private static final String TEMPLATE = "migrated";
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private static final Deque<AutoCloseable> STARTED = new ConcurrentLinkedDeque<>();

    private SharedInfrastructure() {
    }

    /** A new database with all migrations applied and no rows. It goes with the JVM. */
    public static TestDatabase freshDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        Postgres.execute("CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(Postgres.SERVER.jdbcUrl(name));
        pool.setUsername(EmbeddedPostgresServer.USERNAME);
        pool.setPassword(Postgres.SERVER.password());
        pool.setMaximumPoolSize(16);
        // Many classes leave a pool behind; an idle one must cost no connection.
        pool.setMinimumIdle(0);
        pool.setIdleTimeout(10_000);
        return new TestDatabase(name, new HikariDataSource(pool));
    }

    /** The address of the shared broker. Automatic topic creation is off. */
    public static String bootstrapServers() {
        return Kafka.bootstrapServers();
    }

    /** Names of topics and groups that nobody else uses on the shared broker. The topics themselves are yet to be made. */
    public static Topics freshTopics() {
        return new Topics("test-" + PREFIXES.incrementAndGet());
    }

    /** An empty folder. It goes with the JVM. */
    public static Path freshFolder() {
        try {
            return Files.createTempDirectory(Root.DIRECTORY, "files-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the broker away from everyone while {@code meanwhile} runs, then starts it again where it was. */
    public static void withoutBroker(Runnable meanwhile) {
        Kafka.without(meanwhile);
    }

    /** Points a Spring context at the shared servers instead of its own, on a database, topics and a folder nobody else uses. */
    public static final class Initializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestDatabase database = freshDatabase();
            TestPropertyValues.of(Map.of(
                    "selfcascade.embedded.enabled", "false",
                    "spring.datasource.url", database.jdbcUrl(),
                    "spring.datasource.username", EmbeddedPostgresServer.USERNAME,
                    "spring.datasource.password", Postgres.SERVER.password(),
                    "spring.kafka.bootstrap-servers", bootstrapServers(),
                    "selfcascade.topics.prefix", freshTopics().prefix(),
                    "selfcascade.artifact.root", freshFolder().toString(),
                    "selfcascade.artifact.reserve", "1MB")).applyTo(context);
        }
    }

    private static final class Root {
        // Held for the life of the JVM: a lock nobody refers to is released by the garbage collector.
        static final EmbeddedDirectory LOCKED = open();
        static final Path DIRECTORY = LOCKED.path();

        private static EmbeddedDirectory open() {
            try {
                Path parent = Path.of(System.getProperty("java.io.tmpdir"));
                sweep(parent);
                Path directory = Files.createTempDirectory(parent, "selfcascade-tests-");
                EmbeddedDirectory locked = EmbeddedDirectory.lock(directory);
                Path binaries = Path.of("target", "postgres-binaries").toAbsolutePath();
                Files.createDirectories(binaries);
                Files.createSymbolicLink(directory.resolve("postgres-binaries"), binaries);
                // Spring runs its handlers after it has closed every context; a hook of our own would run beside that.
                SpringApplication.getShutdownHandlers().add(() -> stop(directory));
                return locked;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** A test JVM that was killed left its server running and its directory behind; its lock is free. */
        private static void sweep(Path parent) throws IOException {
            List<Path> former;
            try (Stream<Path> children = Files.list(parent)) {
                former = children.filter(child -> child.getFileName().toString().startsWith("selfcascade-tests-"))
                        .filter(child -> Files.exists(child.resolve("lock"))).toList();
            }
            for (Path directory : former) {
                try (EmbeddedDirectory lock = EmbeddedDirectory.lock(directory)) {
                    Postmaster.stopOrphan(lock.path().resolve("postgres"));
                    FirstStart.deleteTree(directory);
                } catch (CascadeException | UncheckedIOException inUseOrSweptByAnother) {
                    continue;
                }
            }
        }

        /** Stops what was started, Kafka first, and leaves nothing behind. */
        private static void stop(Path directory) {
            STARTED.forEach(server -> {
                try {
                    server.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            try {
                FirstStart.deleteTree(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Postgres {
        static final EmbeddedPostgresServer SERVER = start();

        private static EmbeddedPostgresServer start() {
            EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Root.DIRECTORY, 0);
            STARTED.addLast(server);
            server.createDatabase(TEMPLATE);
            Flyway.configure().dataSource(server.dataSource(TEMPLATE)).load().migrate();
            return server;
        }

        static void execute(String sql) {
            try (Connection connection = SERVER.dataSource("postgres").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static final class Kafka {
        private static EmbeddedKafkaBroker broker = start();

        private static EmbeddedKafkaBroker start() {
            EmbeddedKafkaBroker first = EmbeddedKafkaBroker.start(Root.DIRECTORY, 0);
            STARTED.addFirst(Kafka::close);
            return first;
        }

        static synchronized String bootstrapServers() {
            return broker.bootstrapServers();
        }

        static synchronized void without(Runnable meanwhile) {
            broker.close();
            try {
                meanwhile.run();
            } finally {
                broker = EmbeddedKafkaBroker.start(Root.DIRECTORY, broker.port());
            }
        }

        static synchronized void close() {
            broker.close();
        }
    }
}
