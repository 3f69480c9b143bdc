package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.faults.Node.Role;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The database and the broker away, slow, or heard only half. */
final class ServersDown {

    private ServersDown() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(14, "database crashed at submit: 503, then accepted once", ServersDown::atSubmit));
        for (String point : List.of("events.received", "ingest.ends", "finalize.ends", "notify.ends")) {
            all.add(new Scenario(14, "database crashed at " + point, cluster -> databaseCrash(cluster, point)));
        }
        all.add(new Scenario(14, "database away for 60 s while workers work", ServersDown::databaseAway));
        all.add(new Scenario(15, "database locked for 12 s", ServersDown::locked));
        all.add(new Scenario(15, "deadlocks forced, connections cut", ServersDown::deadlocks));
        all.add(new Scenario(16, "every fourth commit succeeds and says it failed", ServersDown::lostReplies));
        all.add(new Scenario(17, "broker killed and started again", cluster -> brokerCrash(cluster, Duration.ofSeconds(5))));
        all.add(new Scenario(17, "broker away for 60 s: REST accepts, nothing is lost", cluster -> brokerCrash(cluster, Duration.ofSeconds(60))));
        all.add(new Scenario(17, "both servers crashed at once", ServersDown::both));
        all.add(new Scenario(18, "topic of tasks deleted under way", ServersDown::topicDeleted));
        return all;
    }

    private static void atSubmit(Cluster cluster) {
        String body = Requests.body(Requests.prompts(5), 256, "");
        String key = "at-submit-" + UUID.randomUUID();
        cluster.database.crash();
        long start = System.nanoTime();
        Answer answer = cluster.api().post("/v1/workloads", body, "Idempotency-Key", key);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isNotEmpty();
        assertThat(seconds).as("seconds until told").isLessThan(30);
        cluster.database.ensureUp();
        UUID workload = cluster.requests.submit(5, body, key);
        assertThat(cluster.requests.submit(5, body, key)).isEqualTo(workload);
        cluster.awaitState(workload, "completed");
    }

    private static void databaseCrash(Cluster cluster, String point) {
        cluster.arm(Role.COORDINATOR, point, "block");
        UUID workload = cluster.requests.submit(24);
        cluster.awaitHit(point);
        cluster.database.crash();
        cluster.release(point);
        Patience.hold(Duration.ofSeconds(5));
        cluster.database.ensureUp();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(24);
    }

    /** Nobody loses what was done: a worker goes on, and its events wait in the topic. */
    private static void databaseAway(Cluster cluster) {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(60);
        Patience.until("some are done", () -> cluster.items(workload, "completed") > 5);
        cluster.database.crash();
        Patience.hold(Duration.ofSeconds(60));
        cluster.database.ensureUp();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(60);
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND worker_losses > 0").param("w", workload)
                .query(Integer.class).single()).as("healthy workers taken for dead").isZero();
    }

    private static void locked(Cluster cluster) throws SQLException {
        UUID workload = cluster.requests.submit(40);
        Patience.until("some are done", () -> cluster.items(workload, "completed") > 0);
        try (Connection connection = cluster.database.dataSource().getConnection(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE workload_run, stage_task IN ACCESS EXCLUSIVE MODE");
            Patience.hold(Duration.ofSeconds(12));
            connection.rollback();
        }
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(40);
    }

    /** Takes rows against the order that everybody keeps, and cuts connections wherever they are. */
    private static void deadlocks(Cluster cluster) throws SQLException {
        UUID workload = cluster.requests.submit(60);
        for (int round = 0; round < 12; round++) {
            try (Connection connection = cluster.database.dataSource().getConnection(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SET LOCAL deadlock_timeout = '20s'");
                statement.execute("SELECT FROM workload_run FOR UPDATE");
                statement.execute("SELECT FROM item WHERE workload_id = '" + workload + "' FOR UPDATE");
                statement.execute("SELECT FROM stage_task WHERE workload_id = '" + workload + "' FOR UPDATE");
                Patience.hold(Duration.ofMillis(300));
                connection.rollback();
            } catch (SQLException iAmTheVictim) {
                // Then the others went on, which is as good.
            }
            cluster.jdbc().sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
                    + " AND random() < 0.3").param("name", Database.NAME).query(Integer.class).single();
        }
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(60);
    }

    private static void lostReplies(Cluster cluster) {
        cluster.coordinators.forEach(node -> node.set("commit.lost", "4"));
        List<UUID> workloads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String key = "lost-" + UUID.randomUUID();
            String body = Requests.body(Requests.prompts(10), 256, "");
            workloads.add(cluster.requests.submit(10, body, key));
            assertThat(cluster.requests.submit(10, body, key)).as("sent again").isEqualTo(workloads.get(i));
        }
        Patience.hold(Duration.ofSeconds(15));
        cluster.coordinators.forEach(node -> node.unset("commit.lost"));
        workloads.forEach(workload -> cluster.awaitState(workload, "completed"));
        assertThat(workloads).doesNotHaveDuplicates();
    }

    private static void brokerCrash(Cluster cluster, Duration away) {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(40);
        Patience.until("work is under way", () -> cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND state = 'succeeded'")
                .param("w", workload).query(Integer.class).single() > 0);
        cluster.broker.kill();
        UUID accepted = cluster.requests.submit(5);
        Patience.hold(away);
        cluster.broker.ensureUp();
        cluster.awaitState(workload, "completed");
        cluster.awaitState(accepted, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(40);
        assertThat(cluster.items(accepted, "completed")).isEqualTo(5);
    }

    private static void both(Cluster cluster) {
        UUID workload = cluster.requests.submit(40);
        Patience.until("some are done", () -> cluster.items(workload, "completed") > 0);
        cluster.broker.kill();
        cluster.database.crash();
        cluster.database.ensureUp();
        cluster.broker.ensureUp();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(40);
    }

    private static void topicDeleted(Cluster cluster) throws Exception {
        cluster.workers.forEach(worker -> worker.set("engine.millis", "20"));
        UUID workload = cluster.requests.submit(40);
        Patience.until("work is under way", () -> cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND state = 'succeeded'")
                .param("w", workload).query(Integer.class).single() > 0);
        try (Wire wire = new Wire(cluster)) {
            wire.deleteTopic(Cluster.TOPICS.tasks("cpu"));
        }
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(40);
    }
}
