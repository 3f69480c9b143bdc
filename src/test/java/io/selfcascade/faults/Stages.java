package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.faults.Node.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Stages that fail, and artifacts that cannot be stored or are not what they were. */
final class Stages {

    private Stages() {}

    static List<Scenario> all() {
        return new ArrayList<>(List.of(
                new Scenario(7, "model gone from every worker, then back", Stages::modelGone),
                new Scenario(8, "stage makes NaN", cluster -> oneBad(cluster, "poison", "non_finite")),
                new Scenario(21, "stage over its limit between two steps", Stages::overLimit),
                new Scenario(21, "stage hangs and never returns", Stages::hangs),
                new Scenario(28, "store full under way, then room again", Stages::storeFull),
                new Scenario(29, "pivot cut short after its commit", cluster -> damaged(cluster, Damage.CUT)),
                new Scenario(29, "pivot with one bit flipped", cluster -> damaged(cluster, Damage.FLIPPED)),
                new Scenario(29, "pivot deleted", cluster -> damaged(cluster, Damage.DELETED)),
                new Scenario(29, "a served picture cut short: nobody takes it for whole", Stages::servedCut),
                new Scenario(32, "stage needs more memory than there is: halved until it fits", Stages::halves),
                new Scenario(33, "item takes all memory of every worker it meets", Stages::glutton),
                new Scenario(20, "the real model, its worker killed at work", Stages::realModel)));
    }

    private static void modelGone(Cluster cluster) {
        cluster.workers.forEach(worker -> worker.set("engine.without.model", "yes"));
        UUID workload = cluster.requests.submit(10);
        Patience.until("it has been declined", () -> cluster.jdbc().sql("SELECT count(*) FROM task_dispatch WHERE state = 'closed' AND created_at > now() - interval '20 s'")
                .query(Integer.class).single() > 0);
        Patience.hold(Duration.ofSeconds(6));
        assertThat(cluster.items(workload, "failed")).isZero();
        cluster.workers.forEach(worker -> worker.unset("engine.without.model"));
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(10);
        assertThat(attempts(cluster, workload)).as("attempts").isZero();
    }

    /** One item fails for its own reason, its companions do not. */
    private static void oneBad(Cluster cluster, String prompt, String code) {
        UUID workload = cluster.requests.submit(16, body(16, prompt));
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(15);
        assertThat(cluster.jdbc().sql("SELECT error_code FROM item WHERE workload_id = :w AND state = 'failed'").param("w", workload)
                .query(String.class).list()).containsExactly(code);
    }

    private static void overLimit(Cluster cluster) {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "5000"));
        UUID workload = cluster.requests.submit(1);
        Patience.until("a run is ended at its limit", () -> cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND attempt > 0"
                + " AND error_code = 'run_limit_exceeded'").param("w", workload).query(Integer.class).single() > 0);
        cluster.workers.forEach(worker -> worker.unset("engine.millis"));
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(1);
    }

    /** Beats go on, so no lease helps: the worker ends itself, and its supervisor starts it again. */
    private static void hangs(Cluster cluster) {
        cluster.arm(Role.WORKER, "engine.0", "block");
        UUID workload = cluster.requests.submit(4);
        Node hung = cluster.awaitHit("engine.0");
        hung.awaitDeath();
        hung.start();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(4);
    }

    private static void storeFull(Cluster cluster) throws IOException {
        assertThat(cluster.store().canBeFull()).as("a volume of its own could be mounted").isTrue();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(40);
        Patience.until("some are done", () -> cluster.items(workload, "completed") > 4);
        cluster.store().fill();
        try {
            Patience.hold(Duration.ofSeconds(8));
            assertThat(cluster.api().post("/v1/workloads", Requests.body(Requests.prompts(1), 256, "")).status()).isEqualTo(507);
            assertThat(cluster.items(workload, "failed")).isZero();
        } finally {
            cluster.store().makeRoom();
        }
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(40);
    }

    private enum Damage { CUT, FLIPPED, DELETED }

    /** The item fails and says why; a retry after the repair completes it. Nothing wrong is ever built upon it. */
    private static void damaged(Cluster cluster, Damage damage) throws IOException {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "30"));
        UUID workload = cluster.requests.submit(12);
        String[] key = new String[1];
        Patience.until("a first pivot is there whose next stage has not begun", () -> {
            key[0] = cluster.jdbc().sql("""
                    SELECT a.artifact_key FROM stage_task a JOIN stage_task b USING (workload_id, ordinal)
                     WHERE a.workload_id = :w AND a.stage = 0 AND b.stage = 1 AND b.state = 'ready' LIMIT 1
                    """).param("w", workload).query(String.class).list().stream().findFirst().orElse(null);
            return key[0] != null;
        });
        Path file = cluster.store().root().resolve(key[0]);
        byte[] whole = Files.readAllBytes(file);
        switch (damage) {
            case CUT -> Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
            case FLIPPED -> {
                byte[] flipped = whole.clone();
                flipped[flipped.length - 3] ^= 1;
                Files.write(file, flipped);
            }
            case DELETED -> Files.delete(file);
        }
        try {
            cluster.awaitState(workload, "completed");
            List<String> codes = cluster.jdbc().sql("SELECT error_code FROM item WHERE workload_id = :w AND state = 'failed'").param("w", workload)
                    .query(String.class).list();
            assertThat(codes.size()).as("failed items").isLessThanOrEqualTo(1);
            assertThat(cluster.items(workload, "completed") + codes.size()).isEqualTo(12);
            assertThat(codes).allMatch(code -> List.of("artifact_corrupt", "not_found").contains(code));
        } finally {
            Files.createDirectories(file.getParent());
            Files.write(file, whole);
        }
        if (cluster.items(workload, "failed") > 0) {
            assertThat(cluster.requests.post(workload, "retry").status()).isEqualTo(202);
            Patience.until("the retry completes it", () -> cluster.items(workload, "completed") == 12);
        }
    }

    private static void servedCut(Cluster cluster) throws IOException {
        UUID workload = cluster.requests.submit(1);
        cluster.awaitState(workload, "completed");
        long id = cluster.jdbc().sql("SELECT max(id) FROM stage_task WHERE workload_id = :w").param("w", workload).query(Long.class).single();
        String key = cluster.jdbc().sql("SELECT artifact_key FROM stage_task WHERE id = :id").param("id", id).query(String.class).single();
        Path file = cluster.store().root().resolve(key);
        byte[] whole = Files.readAllBytes(file);
        assertThat(cluster.api().get("/v1/artifacts/" + id + "/content").bytes()).isEqualTo(whole);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 7));
        try {
            boolean taken;
            try {
                taken = cluster.api().get("/v1/artifacts/" + id + "/content").status() == 200;
            } catch (AssertionError brokenOff) {
                taken = false;
            }
            assertThat(taken).as("a cut picture was served as whole").isFalse();
            Files.delete(file);
            assertThat(cluster.api().get("/v1/artifacts/" + id + "/content").status()).isBetween(400, 599);
        } finally {
            Files.write(file, whole);
        }
    }

    private static void halves(Cluster cluster) {
        cluster.workers.forEach(worker -> worker.set("engine.memory", String.valueOf(3 * 256 * 256)));
        UUID workload = cluster.requests.submit(32);
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(32);
        assertThat(attempts(cluster, workload)).as("attempts").isZero();
        assertThat(cluster.jdbc().sql("SELECT min(max_items) FROM batch_limit").query(Integer.class).single()).as("learnt limit").isLessThanOrEqualTo(3);
        // At one item nothing is left to halve, and no pool is bigger.
        cluster.workers.forEach(worker -> worker.set("engine.memory", "1000"));
        UUID hopeless = cluster.requests.submit(2);
        cluster.awaitState(hopeless, "completed");
        assertThat(cluster.items(hopeless, "failed")).isEqualTo(2);
    }

    private static void glutton(Cluster cluster) {
        cluster.awaitAllUp();
        UUID workload = cluster.requests.submit(12, body(12, "glutton"));
        Patience.until("it ends", Duration.ofSeconds(400), () -> {
            cluster.reviveDead();
            return cluster.state(workload).equals("completed");
        });
        assertThat(cluster.items(workload, "completed")).isEqualTo(11);
        assertThat(cluster.jdbc().sql("SELECT error_code FROM item WHERE workload_id = :w AND state = 'failed'").param("w", workload)
                .query(String.class).list()).containsExactly("worker_lost");
    }

    private static void realModel(Cluster cluster) {
        cluster.workers.forEach(Node::terminate);
        Node real = cluster.realWorker();
        try {
            UUID workload = cluster.requests.submit(2, Requests.body(Requests.prompts(2), 128, ",\"determinism\":\"strict\""));
            cluster.requests.isMadeByAnotherModel(workload);
            // The limit of the other scenarios is too short for a real model on a busy machine.
            cluster.jdbc().sql("UPDATE stage_plan SET run_limit_s = 900 WHERE workload_id = :w").param("w", workload).update();
            real.start();
            cluster.awaitUp(real);
            Patience.until("it works", () -> cluster.jdbc().sql("SELECT count(*) FROM task_dispatch WHERE state = 'running' AND worker_id = :id")
                    .param("id", real.name).query(Integer.class).single() > 0);
            real.kill();
            real.start();
            Patience.until("the real model has made them", Duration.ofSeconds(400), () -> cluster.state(workload).equals("completed"));
            assertThat(cluster.items(workload, "completed")).isEqualTo(2);
        } finally {
            real.terminate();
        }
    }

    private static String body(int items, String bad) {
        return Requests.body(IntStream.range(0, items).mapToObj(i -> Requests.item(i == items / 2 ? bad : "circle " + i)).collect(Collectors.joining(",")),
                256, "");
    }

    private static int attempts(Cluster cluster, UUID workload) {
        return cluster.jdbc().sql("SELECT coalesce(sum(attempt), 0) FROM stage_task WHERE workload_id = :w").param("w", workload)
                .query(Integer.class).single();
    }
}
