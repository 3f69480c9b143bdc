package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** People who watch, and databases that are not of this version. */
final class Watchers {

    private Watchers() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(2, "a dead letter sent again by both coordinators at once", Watchers::redrive),
                new Scenario(38, "database of another version: the start is refused", Watchers::otherSchema),
                new Scenario(39, "a watcher whose coordinator is killed goes on where it ended", Watchers::follows),
                new Scenario(39, "200 watchers that vanish or read nothing", Watchers::vanish));
    }

    private static void redrive(Cluster cluster) throws Exception {
        cluster.awaitAllUp();
        String id = UUID.randomUUID().toString();
        try (Wire wire = new Wire(cluster)) {
            wire.request(Cluster.TOPICS.workloads(), id, Requests.body(Requests.prompts(3), 256, "").replace("scenes", "not-yet"));
        }
        Long[] letter = new Long[1];
        Patience.until("the letter is in the ledger", () -> {
            letter[0] = cluster.api().get("/v1/dead-letters?state=kept&limit=1").json().get("data").get(0).get("id").asLong();
            return cluster.api().get("/v1/dead-letters/" + letter[0]).text().contains(id);
        });
        // It cannot be taken in the second time either, however often it is asked for: one further letter, not four.
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Node node = cluster.coordinators.get(i % 2);
            asked.add(CompletableFuture.supplyAsync(() ->
                    new io.selfcascade.platform.admin.ApiClient(node.port()).post("/v1/dead-letters/" + letter[0] + "/redrive", "").status()));
        }
        for (CompletableFuture<Integer> answer : asked) {
            assertThat(answer.get()).isBetween(200, 202);
        }
        Patience.hold(Duration.ofSeconds(4));
        try (Wire wire = new Wire(cluster)) {
            assertThat(wire.all(Cluster.TOPICS.workloads()).stream().filter(message -> message.key() != null && new String(message.key()).equals(id)).count())
                    .as("times it was sent, first included").isEqualTo(2);
        }
    }

    private static void otherSchema(Cluster cluster) throws IOException {
        Node third = cluster.furtherCoordinator();
        String version = cluster.jdbc().sql("SELECT version FROM flyway_schema_history ORDER BY installed_rank DESC LIMIT 1").query(String.class).single();
        cluster.jdbc().sql("UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = :v").param("v", version).update();
        try {
            third.start();
            third.awaitDeath();
        } finally {
            cluster.jdbc().sql("UPDATE flyway_schema_history SET checksum = checksum - 1 WHERE version = :v").param("v", version).update();
        }
        cluster.jdbc().sql("""
                INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                VALUES (999, '999', 'of tomorrow', 'SQL', 'V999__of_tomorrow.sql', 1, 'faults', 1, true)
                """).update();
        try {
            third.start();
            third.awaitDeath();
        } finally {
            cluster.jdbc().sql("DELETE FROM flyway_schema_history WHERE version = '999'").update();
            third.kill();
        }
        UUID workload = cluster.requests.submit(4);
        cluster.awaitState(workload, "completed");
    }

    private static void follows(Cluster cluster) {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(60);
        List<Long> revisions = new ArrayList<>();
        String[] last = new String[1];
        CompletableFuture<Void> watching = CompletableFuture.runAsync(() -> watch(cluster, workload, revisions, last));
        Patience.until("it has seen something", () -> revisions.size() > 3);
        cluster.coordinators.get(0).kill();
        Patience.until("the stream has ended", watching::isDone);
        assertThat(last[0]).containsPattern("\"state\": ?\"completed\"").containsPattern("\"completed\": ?60");
        assertThat(revisions).isSorted().doesNotHaveDuplicates();
    }

    /** As a browser does: again and again, with the id of the last event, at whichever coordinator answers. */
    private static void watch(Cluster cluster, UUID workload, List<Long> revisions, String[] last) {
        HttpClient http = HttpClient.newHttpClient();
        for (int tries = 0; tries < 300; tries++) {
            Node node = cluster.coordinators.get(tries % 2);
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + "/v1/workloads/" + workload + "/events"));
            if (!revisions.isEmpty()) {
                request.header("Last-Event-ID", revisions.get(revisions.size() - 1).toString());
            }
            try (Stream<String> lines = http.send(request.build(), HttpResponse.BodyHandlers.ofLines()).body()) {
                lines.forEach(line -> note(line, revisions, last));
                if (last[0] != null && last[0].matches(".*\"state\": ?\"completed\".*")) {
                    return;
                }
            } catch (IOException | UncheckedIOException e) {
                Patience.hold(Duration.ofMillis(500));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static synchronized void note(String line, List<Long> revisions, String[] last) {
        if (line.startsWith("id:")) {
            revisions.add(Long.valueOf(line.substring(3).strip()));
        } else if (line.startsWith("data:")) {
            last[0] = line;
        }
    }

    private static void vanish(Cluster cluster) throws IOException {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "10"));
        UUID workload = cluster.requests.submit(60);
        for (String garbage : List.of("x", "-1", "1e9", "9".repeat(40))) {
            assertThat(cluster.api().get("/v1/workloads/" + workload + "/events", "Last-Event-ID", garbage).status()).isEqualTo(400);
        }
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Socket socket = new Socket("127.0.0.1", cluster.coordinators.get(i % 2).port());
            socket.getOutputStream().write(Wire.bytes("GET /v1/workloads/" + workload + "/events HTTP/1.1\r\nHost: x\r\n\r\n"));
            if (i % 2 == 0) {
                socket.setSoLinger(true, 0);
                socket.close();
            } else {
                sockets.add(socket);
            }
        }
        // A busy machine may refuse for a moment, with 503; it must come back by itself.
        Patience.until("the API answers", () -> cluster.api().get("/v1/workloads/" + workload).status() == 200);
        cluster.awaitState(workload, "completed");
        for (Socket socket : sockets) {
            socket.close();
        }
        assertThat(cluster.items(workload, "completed")).isEqualTo(60);
    }
}
