package io.selfcascade.bench.platform;

import com.zaxxer.hikari.HikariDataSource;
import io.selfcascade.SelfcascadeApplication;
import io.selfcascade.platform.embedded.BrokerProcess;
import io.selfcascade.platform.embedded.EmbeddedDirectory;
import io.selfcascade.platform.embedded.EmbeddedPostgresServer;
import io.selfcascade.platform.worker.NoWorkWorker;
import io.selfcascade.testing.JavaProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is measured: a real PostgreSQL that forces every commit to disk, a Kafka broker, one coordinator and one worker,
 * each a process of its own on this machine.
 */
final class Installation implements AutoCloseable {

    private static final String PREFIX = "bench";
    private static final int CONNECTIONS = 4;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    final Path folder;
    final HikariDataSource dataSource;
    final JdbcClient jdbc;
    final String bootstrapServers;
    final int port;
    private final EmbeddedDirectory lock;
    private final EmbeddedPostgresServer postgres;
    private final JavaProcess broker;
    private final JavaProcess coordinator;
    private @Nullable JavaProcess worker;

    Installation(Path folder) throws IOException {
        this.folder = folder;
        lock = EmbeddedDirectory.lock(folder);
        postgres = EmbeddedPostgresServer.start(lock.path(), 0);
        postgres.createDatabase("bench");
        dataSource = new HikariDataSource();
        dataSource.setDataSource(postgres.dataSource("bench"));
        dataSource.setMaximumPoolSize(CONNECTIONS);
        jdbc = JdbcClient.create(dataSource);
        broker = JavaProcess.start("broker", folder, List.of("-Xmx512m"), BrokerProcess.class,
                List.of(Files.createDirectories(folder.resolve("broker")).toString(), "0"));
        Path address = folder.resolve("broker/broker.address");
        await(broker, () -> Files.exists(address));
        bootstrapServers = Files.readString(address);
        port = freePort();
        coordinator = JavaProcess.start("coordinator", folder,
                List.of("-Xmx512m", "-Xlog:gc:file=" + folder.resolve("coordinator.gc")), SelfcascadeApplication.class, settings());
        await(coordinator, () -> StatusClient.isUp(port));
        keepOneStage();
    }

    /** Starts the worker, or starts it again with another kind of result. */
    void startWorker(boolean withFiles) {
        if (worker != null) {
            worker.close();
        }
        worker = JavaProcess.start("worker", folder, List.of("-Xmx256m"), NoWorkWorker.class, List.of(PREFIX, bootstrapServers,
                folder.resolve("accepted").toString(), withFiles ? folder.resolve("artifacts").toString() : "-"));
    }

    /** A further database on the same server. @return its JDBC address */
    String createDatabase(String name) {
        postgres.createDatabase(name);
        return postgres.jdbcUrl(name);
    }

    String password() {
        return postgres.password();
    }

    /** Bytes the coordinator's heap held at most, as its collector saw it. */
    long peakHeapBytes() throws IOException {
        return GcLog.peakBytes(folder.resolve("coordinator.gc"));
    }

    /** Records in all topics of the platform. */
    long messages() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            List<String> topics = admin.listTopics().names().get().stream().filter(name -> name.startsWith(PREFIX)).toList();
            Map<TopicPartition, OffsetSpec> ends = admin.describeTopics(topics).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream().map(p -> new TopicPartition(topic.name(), p.partition())))
                    .collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()));
            return admin.listOffsets(ends).all().get().values().stream().mapToLong(end -> end.offset()).sum();
        }
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
        coordinator.close();
        dataSource.close();
        broker.close();
        postgres.close();
        lock.close();
    }

    private List<String> settings() {
        Properties all = new Properties();
        all.putAll(Map.of(
                "selfcascade.role", "coordinator",
                "selfcascade.embedded.enabled", "false",
                "selfcascade.topics.prefix", PREFIX,
                "selfcascade.artifact.root", folder.resolve("artifacts").toString(),
                "selfcascade.artifact.reserve", "1MB",
                "selfcascade.report.progress", "false",
                "selfcascade.plan.max-items", "64",
                "selfcascade.plan.batch-pixels", "1073741824"));
        all.putAll(Map.of(
                "server.port", String.valueOf(port),
                "spring.datasource.url", postgres.jdbcUrl("bench"),
                "spring.datasource.username", EmbeddedPostgresServer.USERNAME,
                "spring.datasource.password", postgres.password(),
                "spring.kafka.bootstrap-servers", bootstrapServers));
        return all.entrySet().stream().map(setting -> "--" + setting.getKey() + "=" + setting.getValue()).toList();
    }

    /** Of every plan only the first stage is kept, which is then the last: the planner itself always adds a decode. */
    private void keepOneStage() {
        jdbc.sql("""
                CREATE FUNCTION keep_one_stage() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF NEW.stage > 0 THEN RETURN NULL; END IF;
                  NEW.last := true;
                  RETURN NEW;
                END $$;
                CREATE TRIGGER keep_one_stage BEFORE INSERT ON stage_plan FOR EACH ROW EXECUTE FUNCTION keep_one_stage()
                """).update();
    }

    private static void await(JavaProcess process, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("Cannot start " + process + " (see " + process.log() + ")");
            }
            Clocked.pause(100);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
