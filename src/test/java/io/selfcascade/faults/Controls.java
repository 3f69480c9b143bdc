package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.faults.Node.Role;
import io.selfcascade.platform.admin.ApiClient;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** People who ask for things at the wrong moment, many at once. */
final class Controls {

    private static final int ROUNDS = 200;
    private static final int THREADS = 4;

    private Controls() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(List.of(
                new Scenario(24, "200 rounds of 4 control calls at once over both coordinators", Controls::rounds),
                new Scenario(24, "both coordinators claim, one dies again and again", Controls::takeovers),
                new Scenario(26, "rolling restart of every process", Controls::rollingRestart),
                new Scenario(30, "cancel while running: at most two further steps, twice is once", Controls::cancelRunning),
                new Scenario(30, "cancel against completion, 30 times", Controls::cancelRace),
                new Scenario(30, "cancel of 10,000 queued items within 2 s", Controls::cancelQueued),
                new Scenario(30, "single items cancelled while they run", Controls::cancelItems),
                new Scenario(31, "retry while running is refused, later it runs only what failed", Controls::retry),
                new Scenario(31, "pause for 10 s: nothing is sent, everything goes on", Controls::pause),
                new Scenario(36, "1,000 items of which 1 % are poison, with a death of every role", Controls::storm),
                new Scenario(37, "no worker: messages are bounded by the window, not by the queue", Controls::window)));
        for (String point : List.of("ingest.begins", "generate.begins", "put.before.results", "finalize.ends")) {
            all.add(new Scenario(30, "cancel at " + point, cluster -> cancelAt(cluster, point)));
        }
        return all;
    }

    private static void rounds(Cluster cluster) throws Exception {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "5"));
        List<UUID> workloads = IntStream.range(0, 6).mapToObj(i -> cluster.requests.submit(20)).toList();
        String[] calls = {"pause", "resume", "cancel", "retry", "priority", "resume", "items/3/cancel", "items/3/retry"};
        List<ApiClient> apis = cluster.coordinators.stream().map(node -> new ApiClient(node.port())).toList();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            int thread = t;
            done.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    together.await();
                    UUID workload = workloads.get(round % workloads.size());
                    String call = calls[random.nextInt(calls.length)];
                    ApiClient api = apis.get((thread + round) % apis.size());
                    Answer answer = call.equals("priority")
                            ? api.patch("/v1/workloads/" + workload, "{\"priority\":" + random.nextInt(10) + "}")
                            : api.post("/v1/workloads/" + workload + "/" + call, "");
                    if (answer.status() >= 500 || answer.status() == 400 || answer.status() == 404) {
                        wrong.add(call + " " + answer.status() + " " + answer.text());
                    }
                }
                return null;
            }));
        }
        for (Future<?> thread : done) {
            thread.get();
        }
        threads.shutdown();
        assertThat(wrong).isEmpty();
        resumeAll(cluster, workloads);
        workloads.forEach(workload -> Patience.until(workload + " ends", () -> isEnded(cluster.state(workload))));
        for (UUID workload : workloads) {
            int open = cluster.items(workload, "cancelled") + cluster.items(workload, "failed");
            if (open > 0) {
                assertThat(cluster.requests.post(workload, "retry").status()).isEqualTo(202);
            }
        }
        workloads.forEach(workload -> Patience.until(workload + " completes", () -> cluster.items(workload, "completed") == 20));
    }

    private static void resumeAll(Cluster cluster, List<UUID> workloads) {
        workloads.forEach(workload -> Patience.until("resumed", () -> List.of(200, 409).contains(cluster.requests.post(workload, "resume").status())));
    }

    private static void takeovers(Cluster cluster) {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "30"));
        List<UUID> workloads = IntStream.range(0, 4).mapToObj(i -> cluster.requests.submit(30)).toList();
        for (int round = 0; round < 3; round++) {
            Patience.hold(Duration.ofSeconds(3));
            Node victim = cluster.coordinators.get(round % 2);
            victim.kill();
            victim.start();
            cluster.awaitUp(victim);
        }
        workloads.forEach(workload -> cluster.awaitState(workload, "completed"));
    }

    /** Nobody loses an attempt by it. */
    private static void rollingRestart(Cluster cluster) {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "10"));
        List<UUID> workloads = IntStream.range(0, 3).mapToObj(i -> cluster.requests.submit(60)).toList();
        cluster.nodes().forEach(node -> {
            node.terminate();
            node.start();
            cluster.awaitUp(node);
        });
        workloads.forEach(workload -> cluster.awaitState(workload, "completed"));
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = ANY(:w) AND attempt > 0")
                .param("w", workloads.toArray(UUID[]::new)).query(Integer.class).single()).as("attempts lost").isZero();
    }

    private static void cancelRunning(Cluster cluster) throws Exception {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "400"));
        for (Node worker : cluster.workers) {
            Signals.write(worker.own().resolve("trace"), "");
        }
        UUID workload = cluster.requests.submit(24);
        Patience.until("all workers work", () -> Arrays.stream(steps(cluster)).allMatch(steps -> steps > 2));
        Answer answer = cluster.requests.post(workload, "cancel");
        int[] before = steps(cluster);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(cluster.requests.post(workload, "cancel").status()).isEqualTo(200);
        cluster.awaitState(workload, "cancelled");
        Patience.hold(Duration.ofSeconds(3));
        int[] after = steps(cluster);
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i] - before[i]).as("steps that began after the answer on worker " + (i + 1)).isLessThanOrEqualTo(2);
        }
        assertThat(cluster.requests.post(workload, "cancel").status()).isEqualTo(200);
    }

    private static int[] steps(Cluster cluster) {
        return cluster.workers.stream().map(worker -> worker.own().resolve("trace")).mapToInt(Controls::lines).toArray();
    }

    private static int lines(Path file) {
        try {
            return Files.readAllLines(file).size();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void cancelRace(Cluster cluster) {
        Random random = new Random(30);
        for (int i = 0; i < 30; i++) {
            UUID workload = cluster.requests.submit(1, Requests.body(Requests.prompts(1), 128, ""));
            Patience.hold(Duration.ofMillis(random.nextInt(1_500)));
            int answered = cluster.requests.post(workload, "cancel").status();
            Patience.until("it ends", () -> isEnded(cluster.state(workload)));
            assertThat(cluster.state(workload)).isEqualTo(answered == 200 ? "cancelled" : "completed");
        }
    }

    private static void cancelAt(Cluster cluster, String point) {
        cluster.arm(Role.COORDINATOR, point, "block");
        UUID workload = cluster.requests.submit(10);
        cluster.awaitHit(point);
        assertThat(cluster.requests.post(workload, "cancel").status()).isEqualTo(200);
        cluster.release(point);
        cluster.awaitState(workload, "cancelled");
    }

    private static void cancelQueued(Cluster cluster) {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> cluster.api().post("/v1/workers/" + worker.name + "/drain", ""));
        cluster.workers.forEach(worker -> Patience.until("drained", () -> cluster.api().get("/v1/workers/" + worker.name).text().contains("draining")));
        try {
            String lines = IntStream.range(0, 10_000).mapToObj(i -> Requests.item("circle " + i)).collect(Collectors.joining("\n"));
            long start = System.nanoTime();
            Answer file = cluster.api().upload("items", "many.jsonl", Wire.bytes(lines));
            UUID workload = cluster.requests.submit(10_000, ("{\"model\":\"scenes\",\"cascade\":{\"preset\":\"fast\",\"target\":{\"width\":128,"
                    + "\"height\":128}},\"items_file\":\"%s\"}").formatted(file.json().get("id").asString()));
            assertThat(seconds(start)).as("seconds to submit 10,000").isLessThan(10);
            Patience.until("tasks wait", () -> cluster.jdbc().sql("SELECT count(*) FROM item WHERE workload_id = :w").param("w", workload)
                    .query(Integer.class).single() == 10_000 && cluster.state(workload).equals("in_progress"));
            start = System.nanoTime();
            assertThat(cluster.requests.post(workload, "cancel").status()).isEqualTo(200);
            Patience.until("all are cancelled", () -> cluster.items(workload, "cancelled") == 10_000);
            assertThat(seconds(start)).as("seconds until 10,000 are cancelled").isLessThan(6);
        } finally {
            cluster.workers.forEach(worker -> cluster.api().post("/v1/workers/" + worker.name + "/resume", ""));
        }
    }

    private static void cancelItems(Cluster cluster) {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "50"));
        UUID workload = cluster.requests.submit(24);
        Patience.until("work is under way", () -> cluster.jdbc().sql("SELECT count(*) FROM task_dispatch WHERE state = 'running'").query(Integer.class).single() > 0);
        int granted = 0;
        for (int ordinal = 0; ordinal < 24; ordinal += 3) {
            int status = cluster.requests.post(workload, "items/" + ordinal + "/cancel").status();
            assertThat(status).isIn(200, 409);
            granted += status == 200 ? 1 : 0;
        }
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "cancelled")).isEqualTo(granted);
        assertThat(cluster.items(workload, "completed")).isEqualTo(24 - granted);
    }

    private static void retry(Cluster cluster) {
        String items = IntStream.range(0, 12).mapToObj(i -> Requests.item(i % 4 == 0 ? "poison" : "circle " + i)).collect(Collectors.joining(","));
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(12, Requests.body(items, 256, ""));
        assertThat(cluster.requests.post(workload, "retry").status()).isEqualTo(409);
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "failed")).isEqualTo(3);
        List<String> before = succeeded(cluster, workload);
        assertThat(cluster.requests.post(workload, "retry").status()).isEqualTo(202);
        cluster.arm(Role.WORKER, "engine.0", "halt");
        Patience.until("the second generation ends", () -> cluster.jdbc().sql("SELECT generation = 2 AND state = 'completed' FROM workload_run WHERE workload_id = :w")
                .param("w", workload).query(Boolean.class).single());
        assertThat(cluster.items(workload, "failed")).isEqualTo(3);
        assertThat(succeeded(cluster, workload)).as("what had succeeded did not run again").containsAll(before);
    }

    private static List<String> succeeded(Cluster cluster, UUID workload) {
        return cluster.jdbc().sql("SELECT artifact_key FROM stage_task WHERE workload_id = :w AND state = 'succeeded'").param("w", workload)
                .query(String.class).list();
    }

    private static void pause(Cluster cluster) {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(60);
        Patience.until("work is under way", () -> !succeeded(cluster, workload).isEmpty());
        assertThat(cluster.requests.post(workload, "pause").status()).isEqualTo(200);
        Patience.until("what was sent is done", () -> cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND state = 'dispatched'")
                .param("w", workload).query(Integer.class).single() == 0);
        int done = succeeded(cluster, workload).size();
        Patience.hold(Duration.ofSeconds(10));
        assertThat(succeeded(cluster, workload)).hasSize(done);
        assertThat(cluster.requests.post(workload, "resume").status()).isEqualTo(200);
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(60);
    }

    private static void storm(Cluster cluster) {
        String items = IntStream.range(0, 1_000).mapToObj(i -> Requests.item(i % 100 == 7 ? "poison" : "circle " + i)).collect(Collectors.joining(","));
        UUID workload = cluster.requests.submit(1_000, Requests.body(items, 128, ""));
        Patience.until("some are done", () -> cluster.items(workload, "completed") > 50);
        cluster.workers.get(0).kill();
        cluster.coordinators.get(0).kill();
        cluster.reviveDead();
        Patience.until("more are done", () -> cluster.items(workload, "completed") > 300);
        cluster.coordinators.get(1).kill();
        cluster.workers.get(1).freeze();
        Patience.hold(Cluster.LEASE.plusSeconds(2));
        cluster.workers.get(1).thaw();
        cluster.reviveDead();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(990);
        assertThat(cluster.items(workload, "failed")).isEqualTo(10);
    }

    private static void window(Cluster cluster) throws Exception {
        cluster.awaitAllUp();
        cluster.workers.forEach(Node::freeze);
        List<UUID> workloads = IntStream.range(0, 8).mapToObj(i -> cluster.requests.submit(60)).toList();
        try (Wire wire = new Wire(cluster)) {
            Patience.until("all run", () -> workloads.stream().allMatch(workload -> cluster.state(workload).equals("in_progress")));
            Patience.hold(Duration.ofSeconds(5));
            assertThat(cluster.jdbc().sql("SELECT count(*) FROM task_dispatch WHERE state <> 'closed'").query(Integer.class).single())
                    .as("messages under way").isLessThanOrEqualTo(2 * cluster.workers.size());
        }
        cluster.workers.forEach(Node::thaw);
        workloads.forEach(workload -> cluster.awaitState(workload, "completed"));
    }

    private static boolean isEnded(String state) {
        return List.of("completed", "failed", "cancelled", "expired").contains(state);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
