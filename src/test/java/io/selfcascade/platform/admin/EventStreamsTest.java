package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Streams over real sockets on the real web server; the rows are such as the ledger writes. */
class EventStreamsTest {

    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();
    private static final Duration POLL = Duration.ofMillis(250);
    private static final int PLACES = 200;

    @TempDir
    private Path folder;

    private final UUID workload = UUID.randomUUID();
    private final List<RawClient> clients = new ArrayList<>();
    private StreamServer server;

    @BeforeEach
    void aWorkloadInProgress() throws Exception {
        DATABASE.execute("""
                INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key, created_at)
                VALUES ('%1$s', 'rest', '%1$s', '\\x00', 'scenes', '{}', 'items', ledger_now());
                INSERT INTO workload_run (workload_id, state, total, revision, queued_at)
                VALUES ('%1$s', 'in_progress', 9, 0, ledger_now())
                """.formatted(workload));
        changed("in_progress");
        server = new StreamServer(JdbcClient.create(DATABASE.dataSource()), PLACES, folder);
    }

    @AfterEach
    void leave() throws Exception {
        clients.forEach(RawClient::close);
        server.close();
    }

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    @Test
    void beginsWithASnapshotAndEndsWithTheWorkload() {
        RawClient client = client();
        String head = client.awaits("\"state\": \"in_progress\"");
        assertThat(head).contains("200", "Content-Type: text/event-stream;charset=UTF-8", "Cache-Control: no-store",
                "X-Accel-Buffering: no", "retry: 3000\n\n", "id: 1\nevent: workload.snapshot\ndata: {");

        changed("in_progress");
        changed("completed");
        server.round(POLL);

        assertThat(client.awaitsEnd()).contains("id: 2\nevent: workload.updated\ndata: {", "id: 3\nevent: workload.updated\n")
                .containsOnlyOnce("workload.snapshot");
        await().until(() -> server.streams.size() == 0);
    }

    @Test
    void goesOnBehindTheLastEventRead() {
        changed("in_progress");
        changed("in_progress");

        RawClient client = client("Last-Event-ID: 2\r\n");

        assertThat(client.awaits("id: 3\n")).doesNotContain("snapshot", "id: 2\n", "id: 1\n");
    }

    @Test
    void goesOnBehindARevisionThatHadNoEvent() {
        DATABASE.execute("UPDATE workload_run SET revision = 2 WHERE workload_id = '%s'".formatted(workload));
        changed("in_progress");

        assertThat(client("Last-Event-ID: 2\r\n").awaits("id: 3\n")).doesNotContain("snapshot");
    }

    @Test
    void tellsHowThingsAreWhereEventsAreForgottenOrTheLedgerNeverHadThem() {
        IntStream.range(0, 5).forEach(n -> changed("in_progress"));
        DATABASE.execute("DELETE FROM workload_event WHERE workload_id = '%s' AND revision < 5".formatted(workload));

        assertThat(client("Last-Event-ID: 3\r\n").awaits("id: 6\n")).contains("snapshot").doesNotContain("id: 5\n");
        assertThat(client("Last-Event-ID: 99\r\n").awaits("id: 6\n")).contains("snapshot");
        assertThat(client("Last-Event-ID: 5\r\n").awaits("id: 6\n")).doesNotContain("snapshot");
    }

    @Test
    void tellsHowThingsAreWhereTooMuchHasHappened() {
        IntStream.range(0, 200).forEach(n -> changed("in_progress"));

        assertThat(client("Last-Event-ID: 1\r\n").awaits("id: 201\n")).contains("snapshot").doesNotContain("id: 2\n");
    }

    @Test
    void saysNothingMoreToAClientThatHasReadTheEnd() {
        changed("completed");

        assertThat(client("Last-Event-ID: 2\r\n").awaits("\r\n\r\n")).contains("204");
        assertThat(client().awaitsEnd()).contains("id: 2\nevent: workload.snapshot");
        assertThat(client("Last-Event-ID: 1\r\n").awaitsEnd()).contains("id: 2\nevent: workload.updated");
        await().until(() -> server.streams.size() == 0);
    }

    @Test
    void givesASignOfLifeAndFindsOutWhoIsGone() {
        RawClient stays = client();
        RawClient goes = client();
        stays.awaits("id: 1\n");
        goes.awaits("id: 1\n");

        server.round(Duration.ofSeconds(14));
        assertThat(server.streams.size()).isEqualTo(2);
        goes.close();
        // The first finds a closed socket and is refused, the second learns of that.
        server.round(Duration.ofSeconds(1));
        stays.awaits("\n:\n\n");
        server.round(Duration.ofSeconds(15));

        await().until(() -> server.streams.size() == 1);
        changed("in_progress");
        server.round(POLL);
        stays.awaits("id: 2\n");
    }

    @Test
    void releasesAClientThatWasCutOff() {
        RawClient client = client();
        client.awaits("id: 1\n");
        client.reset();

        server.round(Duration.ofSeconds(15));
        server.round(Duration.ofSeconds(15));

        await().until(() -> server.streams.size() == 0);
        client().awaits("id: 1\n");
    }

    @Test
    void aReaderWhoStopsHoldsUpNobodyAndIsLeft() {
        RawClient reads = client();
        reads.awaits("id: 1\n");
        String connections = server.connections();
        RawClient stopped = client();
        stopped.awaits("id: 1\n");
        assertThat(server.connections()).isNotEqualTo(connections);
        for (int round = 2; round <= 1_000; round++) {
            changed("in_progress");
            server.round(POLL.dividedBy(25));
            reads.awaits("id: " + round + "\n");
        }

        server.round(Duration.ofSeconds(31));

        await().until(() -> server.streams.size() == 1);
        changed("in_progress");
        server.round(POLL);
        reads.awaits("id: 1001\n");
        // Though it takes nothing to the end, its connection does not stay for ever either.
        await().atMost(Duration.ofSeconds(20)).until(() -> server.connections(), connections::equals);
    }

    @Test
    void aReaderWhoFellBehindHearsHowThingsAre() {
        RawClient slow = client();
        slow.awaits("id: 1\n");
        IntStream.range(0, 900).forEach(n -> changed("in_progress"));
        server.round(POLL);

        assertThat(slow.awaits("id: 901\n")).contains("event: workload.snapshot\ndata: {").doesNotContain("id: 500\n");
    }

    @Test
    void twoHundredClientsCostNoThreadsAndNoConnections() {
        client().awaits("id: 1\n");
        int threads = Thread.activeCount();
        IntStream.range(1, PLACES).forEach(n -> client().awaits("id: 1\n"));

        changed("in_progress");
        server.round(POLL);
        clients.forEach(client -> client.awaits("id: 2\n"));

        assertThat(server.streams.size()).isEqualTo(PLACES);
        // The web server's own: it keeps ten, and lends them to requests, not to streams.
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 10);
        assertThat(DATABASE.dataSource().getHikariPoolMXBean().getActiveConnections()).isZero();
        assertThat(client().awaits("TOO_MANY_STREAMS")).contains("503");
        clients.get(0).reset();
        server.round(Duration.ofSeconds(15));
        server.round(Duration.ofSeconds(15));
        await().until(() -> server.streams.size() == PLACES - 1);
        client().awaits("id: 2\n");
    }

    @Test
    void aStreamEndsAfterItsTimeAndWhenTheProcessStops() {
        RawClient old = client();
        old.awaits("id: 1\n");
        server.round(Duration.ofMinutes(14));
        RawClient young = client();
        young.awaits("id: 1\n");

        server.round(Duration.ofMinutes(1));
        old.awaitsEnd();
        assertThat(server.streams.size()).isEqualTo(1);
        server.streams.end();

        young.awaitsEnd();
        assertThat(client().awaits("TOO_MANY_STREAMS")).contains("503");
    }

    private RawClient client(String... headers) {
        RawClient client = new RawClient(server.port(), "/" + workload, headers);
        clients.add(client);
        return client;
    }

    private void changed(String state) {
        DATABASE.execute("""
                UPDATE workload_run SET revision = revision + 1, state = '%2$s' WHERE workload_id = '%1$s';
                INSERT INTO workload_event (workload_id, revision, type, body, at)
                SELECT workload_id, revision, 't', jsonb_build_object('workload_id', workload_id, 'state', state, 'revision', revision),
                       ledger_now() FROM workload_run WHERE workload_id = '%1$s'
                """.formatted(workload, state));
    }
}
