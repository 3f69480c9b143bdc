package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.admin.ApiClient;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What starts by the clock on two coordinators, and who is told outside. */
final class Clockwork {

    private Clockwork() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(34, "backfill asked of both coordinators, one killed: each date once, one after the other", Clockwork::backfill),
                new Scenario(35, "runs by the clock while coordinators are stopped and killed: each moment once", Clockwork::byTheClock),
                new Scenario(41, "webhooks to this machine and to private networks: nobody is called", Clockwork::webhooks));
    }

    private static void backfill(Cluster cluster) {
        cluster.awaitAllUp();
        String schedule = create(cluster, "30 2 * * *", "forbid");
        String range = "{\"from\":\"2026-03-26\",\"to\":\"2026-03-31\"}";
        List<CompletableFuture<Integer>> asked = IntStream.range(0, 6).mapToObj(i -> CompletableFuture.supplyAsync(() ->
                new ApiClient(cluster.coordinators.get(i % 2).port()).post("/v1/schedules/" + schedule + "/backfill", range).status())).toList();
        asked.forEach(answer -> assertThat(answer.join()).isEqualTo(202));
        Patience.hold(Duration.ofSeconds(3));
        cluster.coordinators.get(0).kill();
        Patience.until("all dates have run", () -> dates(cluster, schedule).size() == 6
                && cluster.jdbc().sql("SELECT count(*) FROM workload w JOIN workload_run r ON r.workload_id = w.id WHERE w.source = :s AND r.state = 'completed'")
                        .param("s", source(schedule)).query(Integer.class).single() == 6);
        assertThat(dates(cluster, schedule)).doesNotHaveDuplicates().contains("2026-03-29T02:30");
        delete(cluster, schedule);
    }

    private static void byTheClock(Cluster cluster) {
        cluster.awaitAllUp();
        String schedule = create(cluster, "*/2 * * * * *", "allow");
        for (int round = 0; round < 2; round++) {
            Node sleeper = cluster.coordinators.get(round);
            sleeper.freeze();
            Patience.hold(Duration.ofSeconds(5));
            sleeper.thaw();
            Patience.hold(Duration.ofSeconds(2));
        }
        cluster.coordinators.get(1).kill();
        Patience.hold(Duration.ofSeconds(5));
        delete(cluster, schedule);
        List<String> dates = dates(cluster, schedule);
        assertThat(dates).doesNotHaveDuplicates().hasSizeGreaterThan(3);
        cluster.awaitAllEnded(Patience.LONG);
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM workload w JOIN workload_run r ON r.workload_id = w.id WHERE w.source = :s AND r.state = 'completed'")
                .param("s", source(schedule)).query(Integer.class).single()).isEqualTo(dates.size());
    }

    /** The names are resolved by the coordinators' own list of hosts: {@code inside.example} is this machine. */
    private static void webhooks(Cluster cluster) throws IOException {
        AtomicInteger calls = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0)) {
            Thread listener = new Thread(() -> count(server, calls));
            listener.setDaemon(true);
            listener.start();
            int port = server.getLocalPort();
            for (String host : List.of("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "2130706433", "0x7f.1",
                    "127.1", "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00::1]")) {
                assertThat(cluster.api().post("/v1/webhooks", "{\"url\":\"https://" + host + ":" + port + "/\"}").status()).as(host).isEqualTo(400);
            }
            for (String url : List.of("http://inside.example/", "file:///etc/passwd", "ftp://inside.example/", "https://u@inside.example/", "//x", "https://", "x")) {
                assertThat(cluster.api().post("/v1/webhooks", "{\"url\":\"" + url + "\"}").status()).as(url).isEqualTo(400);
            }
            Answer made = cluster.api().post("/v1/webhooks", "{\"url\":\"https://inside.example:" + port + "/\"}");
            UUID workload = cluster.requests.submit(2);
            cluster.awaitState(workload, "completed");
            if (made.status() == 201) {
                Patience.until("it has been tried", () -> cluster.api().get("/v1/workloads/" + workload + "/webhook-deliveries").json()
                        .path("data").path(0).path("attempts").asInt() > 0);
                cluster.api().delete("/v1/webhooks/" + made.json().get("id").asString());
            } else {
                assertThat(made.status()).as(made.text()).isEqualTo(400);
            }
        }
        assertThat(calls).hasValue(0);
    }

    private static void count(ServerSocket server, AtomicInteger calls) {
        while (!server.isClosed()) {
            try (Socket call = server.accept()) {
                calls.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static String create(Cluster cluster, String cron, String overlap) {
        Answer answer = cluster.api().post("/v1/schedules", "{\"name\":\"s %s\",\"cron\":\"%s\",\"time_zone\":\"Europe/Berlin\",\"overlap_policy\":\"%s\",\"workload\":%s}"
                .formatted(UUID.randomUUID(), cron, overlap, Requests.body(Requests.prompts(2), 128, "")));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().get("id").asString();
    }

    private static void delete(Cluster cluster, String schedule) {
        Patience.until("the schedule is deleted", () -> List.of(204, 404).contains(cluster.api().delete("/v1/schedules/" + schedule).status()));
        cluster.jdbc().sql("SELECT id FROM workload WHERE source = :s").param("s", source(schedule)).query(UUID.class).list()
                .forEach(workload -> cluster.requests.expect(workload, 2));
    }

    private static List<String> dates(Cluster cluster, String schedule) {
        return cluster.jdbc().sql("SELECT request_key FROM workload WHERE source = :s").param("s", source(schedule)).query(String.class).list();
    }

    private static String source(String schedule) {
        return "selfcascade/schedules/" + schedule;
    }
}
