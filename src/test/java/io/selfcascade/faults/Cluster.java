package io.selfcascade.faults;

import io.selfcascade.faults.process.FaultyProcess;
import io.selfcascade.platform.admin.ApiClient;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.embedded.EmbeddedPostgresServer;
import io.selfcascade.platform.worker.FaultyWorker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The standing cluster: a database, a broker, two coordinators and three workers, all processes of their own. */
final class Cluster implements AutoCloseable {

    /** What coordinators count as silence, and workers as well. */
    static final Duration LEASE = Duration.ofSeconds(4);
    static final Duration OWNER_LEASE = Duration.ofSeconds(15);
    static final Topics TOPICS = new Topics("faults");
    private static final List<String> OPEN_STATES = List.of("queued", "validating", "in_progress", "finalizing");

    final Path folder;
    final Database database;
    final Broker broker;
    final List<Node> coordinators = new ArrayList<>();
    final List<Node> workers = new ArrayList<>();
    final Requests requests = new Requests(this);
    private final Store store;
    private final Classes classes;

    Cluster(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        Signals.write(folder.resolve("hosts"), "127.0.0.1 localhost inside.example " + InetAddress.getLocalHost().getHostName() + "\n");
        classes = new Classes(folder);
        store = new Store(folder.resolve("artifacts"));
        database = new Database(folder);
        broker = new Broker(folder);
        for (int i = 1; i <= 2; i++) {
            int port = freePort();
            coordinators.add(new Node(folder, classes, "coordinator-" + i, Node.Role.COORDINATOR, FaultyProcess.class, "-Xmx256m", port,
                    arguments(coordinatorSettings(port))));
        }
    }

    /** The first coordinator makes the tables, and the history begins before anybody works. */
    void start() {
        coordinators.get(0).start();
        awaitUp(coordinators.get(0));
        Audit.install(jdbc());
        // As it ends it leaves the archive of classes with which all others start.
        coordinators.get(0).terminate();
        coordinators.get(0).start();
        awaitUp(coordinators.get(0));
        String digest = api().get("/v1/models").json().findValue("sha256").asString();
        for (int i = 1; i <= 3; i++) {
            workers.add(new Node(folder, classes, "worker-" + i, Node.Role.WORKER, FaultyWorker.class, "-Xmx192m", 0,
                    List.of(TOPICS.prefix(), broker.address(), "worker-" + i, store.root().toString(), digest)));
        }
        ensureUp();
        awaitAllUp();
    }

    JdbcClient jdbc() {
        return database.jdbc();
    }

    Store store() {
        return store;
    }

    Stream<Node> nodes() {
        return Stream.concat(coordinators.stream(), workers.stream());
    }

    Node node(String name) {
        return nodes().filter(node -> node.name.equals(name)).findFirst().orElseThrow();
    }

    /** A worker with the bundled model, not started. */
    Node realWorker() {
        return new Node(folder, classes, "worker-real", Node.Role.WORKER, FaultyProcess.class, "-Xmx512m", 0, arguments(workerSettings("worker-real")));
    }

    /** One coordinator more, not started. */
    Node furtherCoordinator() throws IOException {
        int port = freePort();
        return new Node(folder, classes, "coordinator-3", Node.Role.COORDINATOR, FaultyProcess.class, "-Xmx256m", port, arguments(coordinatorSettings(port)));
    }

    /** Of a coordinator that listens. */
    ApiClient api() {
        return coordinators.stream().filter(Node::listens).findFirst().map(node -> new ApiClient(node.port()))
                .orElseThrow(() -> new AssertionError("No coordinator listens"));
    }

    /** Arms a point in all processes of a role: the first to reach it fails. */
    void arm(Node.Role role, String point, String action) {
        Signals.write(points().resolve(role.name().toLowerCase(java.util.Locale.ROOT)).resolve(point), action);
    }

    /** The process that has reached an armed point; it stays there until it is killed or released. */
    Node awaitHit(String point) {
        Node[] hit = new Node[1];
        Patience.until("somebody reaches " + point, () -> {
            hit[0] = nodes().filter(node -> hits(point + ".hit." + node.name).findFirst().isPresent()).findFirst().orElse(null);
            return hit[0] != null;
        });
        return hit[0];
    }

    void release(String point) {
        nodes().forEach(node -> hits(point + ".hit." + node.name).toList().forEach(Signals::delete));
    }

    /** No fault from now on. */
    void disarm() {
        folders().flatMap(folder -> Signals.files(folder).stream()).forEach(Signals::delete);
    }

    /**
     * What is down comes up, what is stopped goes on; what runs is left alone. One coordinator is waited for; all others may
     * still be on their way when the next fault comes.
     */
    void ensureUp() {
        database.ensureUp();
        broker.ensureUp();
        nodes().forEach(Node::thaw);
        reviveDead();
        Patience.until("a coordinator is up", () -> coordinators.stream().anyMatch(this::isUp));
    }

    /** For a fault that needs everybody. */
    void awaitAllUp() {
        nodes().forEach(this::awaitUp);
    }

    /** As a supervisor would, without waiting. */
    void reviveDead() {
        nodes().filter(node -> !node.isAlive()).forEach(Node::start);
    }

    void awaitUp(Node node) {
        Patience.until(node + " is up (see " + node.log() + ")", () -> !node.isAlive() || isUp(node));
        if (!node.isAlive()) {
            throw new AssertionError(node + " ended (see " + node.log() + ")");
        }
    }

    private boolean isUp(Node node) {
        return node.role == Node.Role.COORDINATOR
                ? node.listens() && new ApiClient(node.port()).get("/actuator/health").status() == 200
                : jdbc().sql("SELECT count(*) FROM worker WHERE id = :id AND state = 'up' AND last_seen > now() - interval '3 s'")
                        .param("id", node.name).query(Integer.class).single() == 1;
    }

    String state(UUID workload) {
        return jdbc().sql("SELECT state FROM workload_run WHERE workload_id = :workload").param("workload", workload)
                .query(String.class).single();
    }

    void awaitState(UUID workload, String state) {
        Patience.until("workload " + workload + " is " + state, () -> state(workload).equals(state));
    }

    /** @return how many items of the workload are in the state */
    int items(UUID workload, String state) {
        return jdbc().sql("SELECT count(*) FROM item WHERE workload_id = :workload AND state = :state")
                .param("workload", workload).param("state", state).query(Integer.class).single();
    }

    /** Waits until every workload has ended; what died meanwhile is started again, as a supervisor would. */
    void awaitAllEnded(Duration patience) {
        Patience.until("all workloads end", patience, () -> {
            reviveDead();
            return jdbc().sql("SELECT count(*) FROM workload_run WHERE state = ANY(:open)")
                    .param("open", OPEN_STATES.toArray(String[]::new)).query(Integer.class).single() == 0;
        });
    }

    @Override
    public void close() {
        disarm();
        nodes().forEach(Node::thaw);
        nodes().filter(Node::isAlive).forEach(Node::kill);
        broker.close();
        database.close();
        store.close();
    }

    private Stream<Path> hits(String name) {
        return folders().map(folder -> folder.resolve(name)).filter(Files::exists);
    }

    private Stream<Path> folders() {
        return Stream.concat(Stream.of("coordinator", "worker"), nodes().map(node -> node.name)).map(points()::resolve);
    }

    private Path points() {
        return folder.resolve("points");
    }

    private Map<String, String> common() {
        Map<String, String> all = new TreeMap<>();
        all.put("selfcascade.embedded.enabled", "false");
        all.put("selfcascade.topics.prefix", TOPICS.prefix());
        all.put("selfcascade.artifact.root", store.root().toString());
        all.put("selfcascade.artifact.reserve", "1MB");
        all.put("spring.kafka.bootstrap-servers", broker.address());
        // The log of the product, not the one of its tests.
        all.put("logging.config", productLog().toString());
        return all;
    }

    private static List<String> arguments(Map<String, String> settings) {
        return settings.entrySet().stream().map(setting -> "--" + setting.getKey() + "=" + setting.getValue()).toList();
    }

    private Map<String, String> coordinatorSettings(int port) {
        Map<String, String> all = common();
        all.put("selfcascade.role", "coordinator");
        all.put("selfcascade.report.progress", "false");
        all.put("server.port", String.valueOf(port));
        all.put("spring.datasource.url", database.url());
        all.put("spring.datasource.username", EmbeddedPostgresServer.USERNAME);
        all.put("spring.datasource.password", database.password());
        all.put("spring.kafka.consumer.properties.session.timeout.ms", "6000");
        all.put("spring.kafka.consumer.properties.heartbeat.interval.ms", "1500");
        all.put("selfcascade.dispatch.lease", LEASE.toMillis() + "ms");
        all.put("selfcascade.dispatch.beat", "1s");
        all.put("selfcascade.dispatch.sending-lease", "25s");
        all.put("selfcascade.dispatch.owner-lease", OWNER_LEASE.toSeconds() + "s");
        all.put("selfcascade.dispatch.retry-delay", "500ms");
        all.put("selfcascade.dispatch.max-retry-delay", "2s");
        all.put("selfcascade.dispatch.reap-interval", "250ms");
        all.put("selfcascade.batch.keep-interval", "3s");
        all.put("selfcascade.plan.base-seconds", "20");
        all.put("selfcascade.plan.seconds-per-megapixel-step", "1");
        return all;
    }

    private Map<String, String> workerSettings(String id) {
        Map<String, String> all = common();
        all.put("selfcascade.role", "worker");
        all.put("selfcascade.worker.id", id);
        all.put("selfcascade.worker.beat", "1s");
        all.put("selfcascade.worker.drain-timeout", "5s");
        return all;
    }

    private Path productLog() {
        Path file = folder.resolve("logback.xml");
        Signals.write(file, """
                <configuration>
                  <include resource="org/springframework/boot/logging/logback/defaults.xml"/>
                  <include resource="org/springframework/boot/logging/logback/console-appender.xml"/>
                  <root level="INFO"><appender-ref ref="CONSOLE"/></root>
                </configuration>
                """);
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
