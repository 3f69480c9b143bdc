package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;

import io.selfcascade.spec.CascadeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker in this JVM: broker and controller in one, share groups on, loopback only, its records on disk.
 *
 * <p>Whoever starts one holds the lock of its directory ({@link EmbeddedDirectory}). Topics are never made by accident:
 * who needs one creates it.
 */
public final class EmbeddedKafkaBroker implements AutoCloseable {

    private static final String NODE = "1";

    /** There is one broker, so every replica count is one. */
    private static final Map<String, String> ONE_BROKER = Map.of(
            "default.replication.factor", "1",
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1");

    /** The defaults suit a machine room: fifty partitions per internal topic, 128 MiB to clean a log. */
    private static final Map<String, String> SMALL = Map.of(
            "offsets.topic.num.partitions", "3",
            "transaction.state.log.num.partitions", "1",
            "share.coordinator.state.topic.num.partitions", "3",
            "num.network.threads", "2",
            "num.io.threads", "4",
            "background.threads", "2",
            "log.cleaner.dedupe.buffer.size", "2097152",
            "log.segment.bytes", "67108864",
            "metadata.log.segment.bytes", "16777216",
            "group.initial.rebalance.delay.ms", "0");

    /** A worker acknowledges within seconds of taking a message. The bounds let tests be quicker, operators slower. */
    private static final Map<String, String> SHARE_GROUPS = Map.of(
            "group.share.record.lock.duration.ms", "30000",
            "group.share.min.record.lock.duration.ms", "1000",
            "group.share.max.record.lock.duration.ms", "3600000");

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafkaBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts the broker on the records of {@code directory}, formatting it on first use.
     *
     * @param directory holds {@code kafka/}
     * @param preferredPort the port of the last run, or 0
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if the broker cannot start
     */
    public static EmbeddedKafkaBroker start(Path directory, int preferredPort) {
        Path logs = directory.toAbsolutePath().normalize().resolve("kafka");
        int port = LoopbackPort.choose(preferredPort);
        try {
            Files.createDirectories(logs);
            format(logs);
            KafkaRaftServer server =
                    new KafkaRaftServer(KafkaConfig.fromProps(settings(logs, port), false), Time.SYSTEM);
            server.startup();
            return new EmbeddedKafkaBroker(server, port);
        } catch (Exception e) {
            // The broker throws whatever its parts threw; nothing of it is answered here, all of it is told.
            throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot start Kafka in " + logs + ": "
                    + e.getMessage() + " (if its records are damaged, remove the directory: the ledger sends "
                    + "unfinished work again)", e);
        }
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    static Properties settings(Path logs, int port) {
        // The controller's address is nobody's business but the broker's, so it may change with every start.
        int controller = LoopbackPort.choose(0);
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "process.roles", "broker,controller",
                "node.id", NODE,
                "controller.quorum.voters", NODE + "@127.0.0.1:" + controller,
                "controller.listener.names", "CONTROLLER",
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "PLAINTEXT",
                "log.dirs", logs.toString(),
                "auto.create.topics.enable", "false"));
        settings.putAll(ONE_BROKER);
        settings.putAll(SMALL);
        settings.putAll(SHARE_GROUPS);
        return settings;
    }

    private static void format(Path logs) throws Exception {
        Formatter formatter = new Formatter();
        formatter.setPrintStream(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        formatter.setNodeId(Integer.parseInt(NODE));
        formatter.setClusterId(clusterId(logs));
        formatter.setControllerListenerName("CONTROLLER");
        formatter.setMetadataLogDirectory(logs.toString());
        formatter.addDirectory(logs.toString());
        formatter.setIgnoreFormatted(true);
        formatter.setReleaseVersion(MetadataVersion.LATEST_PRODUCTION);
        formatter.run();
    }

    private static String clusterId(Path logs) throws IOException {
        Path meta = logs.resolve("meta.properties");
        if (!Files.exists(meta)) {
            return Uuid.randomUuid().toString();
        }
        Properties known = new Properties();
        try (Reader reader = Files.newBufferedReader(meta)) {
            known.load(reader);
        }
        return known.getProperty("cluster.id");
    }
}
