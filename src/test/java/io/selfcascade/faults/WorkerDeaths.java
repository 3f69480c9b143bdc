package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.faults.Node.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Workers that are killed, at every point of a run. */
final class WorkerDeaths {

    private WorkerDeaths() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(20, "worker killed between poll and announcement", cluster -> dies(cluster, "asked.for.room")));
        for (int stage = 0; stage <= 2; stage++) {
            int nth = stage;
            all.add(new Scenario(20, "worker killed in the midst of stage " + stage, cluster -> diesWorking(cluster, "engine." + nth)));
        }
        all.add(new Scenario(20, "worker killed before its artifact", cluster -> diesWorking(cluster, "put.before.1")));
        all.add(new Scenario(20, "worker killed between artifact and event", cluster -> diesWorking(cluster, "put.after.1")));
        return all;
    }

    private static void dies(Cluster cluster, String point) {
        cluster.arm(Role.WORKER, point, "block");
        UUID workload = cluster.requests.submit(24);
        Node victim = cluster.awaitHit(point);
        victim.kill();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(24);
    }

    /** The lost run counts as one attempt, and what was done before stays done. */
    private static void diesWorking(Cluster cluster, String point) {
        cluster.arm(Role.WORKER, point, "block");
        UUID workload = cluster.requests.submit(24);
        Node victim = cluster.awaitHit(point);
        victim.kill();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(24);
        List<Integer> losses = cluster.jdbc().sql("SELECT worker_losses FROM stage_task WHERE workload_id = :w AND attempt > 0")
                .param("w", workload).query(Integer.class).list();
        assertThat(losses).as("tasks that lost a worker").isNotEmpty().hasSizeLessThanOrEqualTo(8).containsOnly(1);
    }
}
