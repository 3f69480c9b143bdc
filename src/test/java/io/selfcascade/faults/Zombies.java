package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.faults.Node.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Processes that were stopped for longer than anybody waits, and then go on as if nothing had happened. */
final class Zombies {

    private static final Duration BEYOND_LEASE = Cluster.LEASE.plusSeconds(2);

    private Zombies() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (String point : List.of("engine.1", "put.after.1", "put.after.2")) {
            all.add(new Scenario(22, "worker stopped beyond its lease at " + point, cluster -> worker(cluster, point)));
        }
        all.add(new Scenario(22, "worker stopped between poll and announcement", cluster -> worker(cluster, "asked.for.room")));
        for (String point : List.of("ingest.begins", "read.items", "ingest.ends", "generate.begins", "generate.ends", "put.after.results",
                "finalize.ends", "notify.begins", "notify.ends")) {
            all.add(new Scenario(25, "conductor stopped beyond its lease at " + point, cluster -> conductor(cluster, point)));
        }
        for (String point : List.of("dispatch.committed", "events.received", "events.applied", "dispatches.reaped")) {
            all.add(new Scenario(19, "coordinator stopped at " + point + ", then back", cluster -> ledger(cluster, point)));
        }
        all.add(new Scenario(19, "coordinators stopped in turn, again and again", Zombies::rebalances));
        all.add(new Scenario(23, "broker silent beyond the lease: the worker drops its own run", Zombies::selfFence));
        all.add(new Scenario(27, "clocks wrong by 5 min, and one that jumps by 3 h", Zombies::clocks));
        return all;
    }

    /** What the others made while it slept stays, whatever it says when it wakes. */
    private static void worker(Cluster cluster, String point) {
        cluster.arm(Role.WORKER, point, "block");
        UUID workload = cluster.requests.submit(24);
        Node zombie = cluster.awaitHit(point);
        zombie.freeze();
        cluster.awaitState(workload, "completed");
        List<String> before = artifacts(cluster, workload);
        cluster.release(point);
        zombie.thaw();
        Patience.until("the zombie is back", () -> cluster.jdbc().sql("SELECT state = 'up' AND last_seen > now() - interval '2 s' FROM worker WHERE id = :id")
                .param("id", zombie.name).query(Boolean.class).single());
        Patience.hold(Duration.ofSeconds(2));
        assertThat(artifacts(cluster, workload)).isEqualTo(before);
    }

    private static void conductor(Cluster cluster, String point) {
        cluster.arm(Role.COORDINATOR, point, "block");
        // Long prompts, so that there is a midst of reading them.
        String items = IntStream.range(0, 20).mapToObj(i -> Requests.item(i + " circles and squares".repeat(200))).collect(Collectors.joining(","));
        UUID workload = cluster.requests.submit(20, Requests.body(items, 256, ""));
        Node zombie = cluster.awaitHit(point);
        zombie.freeze();
        // At the very end nobody needs to take over: the state is written, only the job does not know.
        cluster.awaitState(workload, "completed");
        List<String> before = artifacts(cluster, workload);
        String documents = documents(cluster, workload);
        cluster.release(point);
        zombie.thaw();
        cluster.awaitUp(zombie);
        Patience.hold(Duration.ofSeconds(3));
        assertThat(artifacts(cluster, workload)).isEqualTo(before);
        assertThat(documents(cluster, workload)).isEqualTo(documents);
    }

    private static void ledger(Cluster cluster, String point) {
        cluster.arm(Role.COORDINATOR, point, "block");
        UUID workload = cluster.requests.submit(40);
        if (point.equals("dispatches.reaped")) {
            // Something to reap: a worker dies at work.
            cluster.arm(Role.WORKER, "engine.0", "halt");
        }
        Node zombie = cluster.awaitHit(point);
        zombie.freeze();
        Patience.hold(Duration.ofSeconds(10));
        cluster.release(point);
        zombie.thaw();
        cluster.awaitAllEnded(Patience.LONG);
        assertThat(cluster.items(workload, "completed")).isEqualTo(40);
    }

    private static void rebalances(Cluster cluster) {
        cluster.awaitAllUp();
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(80);
        for (int round = 0; round < 4; round++) {
            Node sleeper = cluster.coordinators.get(round % 2);
            sleeper.freeze();
            Patience.hold(Duration.ofSeconds(8));
            sleeper.thaw();
            Patience.hold(Duration.ofSeconds(2));
        }
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(80);
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND worker_losses > 0").param("w", workload)
                .query(Integer.class).single()).as("healthy workers taken for dead").isZero();
    }

    private static void selfFence(Cluster cluster) {
        cluster.arm(Role.WORKER, "engine.0", "block");
        UUID workload = cluster.requests.submit(8);
        cluster.awaitHit("engine.0");
        cluster.broker.freeze();
        Patience.hold(BEYOND_LEASE);
        cluster.release("engine.0");
        Patience.hold(Duration.ofSeconds(1));
        cluster.broker.thaw();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(8);
    }

    private static void clocks(Cluster cluster) {
        cluster.awaitAllUp();
        cluster.workers.get(0).set("clock", "300");
        cluster.workers.get(1).set("clock", "-300");
        cluster.coordinators.get(0).set("clock", "-300");
        cluster.workers.forEach(worker -> worker.set("engine.millis", "10"));
        UUID workload = cluster.requests.submit(60);
        Patience.hold(Duration.ofSeconds(2));
        cluster.workers.get(2).set("clock", "10800");
        cluster.coordinators.get(1).set("clock", "-10800");
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(60);
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND attempt > 0").param("w", workload)
                .query(Integer.class).single()).as("attempts lost to a clock").isZero();
    }

    static List<String> artifacts(Cluster cluster, UUID workload) {
        return cluster.jdbc().sql("SELECT id || ' ' || state || ' ' || dispatch_id || ' ' || artifact_key FROM stage_task WHERE workload_id = :w ORDER BY id")
                .param("w", workload).query(String.class).list();
    }

    private static String documents(Cluster cluster, UUID workload) {
        return cluster.jdbc().sql("SELECT results_key || errors_key || manifest_key FROM workload_run WHERE workload_id = :w")
                .param("w", workload).query(String.class).single();
    }
}
