package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.faults.Node.Role;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Coordinators that are killed, at every point of a run and of the ledger. */
final class CoordinatorDeaths {

    private CoordinatorDeaths() {}

    static List<Scenario> all() {
        Stream<Scenario> ledger = Stream.of("dispatch.committed", "dispatch.sent", "events.received", "events.applied", "offsets.committed")
                .map(point -> new Scenario(25, "coordinator killed at " + point, cluster -> dies(cluster, point)));
        Stream<Scenario> conductor = Stream.of("ingest.begins", "ingest.ends", "generate.begins", "generate.ends", "put.after.results",
                        "put.after.manifest", "finalize.ends", "notify.ends")
                .map(point -> new Scenario(25, "coordinator killed at " + point, cluster -> dies(cluster, point)));
        return Stream.concat(ledger, conductor).toList();
    }

    private static void dies(Cluster cluster, String point) {
        cluster.arm(Role.COORDINATOR, point, "block");
        UUID workload = cluster.requests.submit(24);
        Node victim = cluster.awaitHit(point);
        victim.kill();
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(24);
    }
}
