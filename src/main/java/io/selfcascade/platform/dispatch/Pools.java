package io.selfcascade.platform.dispatch;

import java.util.Collection;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The pools there are. A pool exists once a plan or a worker has named it. */
final class Pools {

    private final JdbcClient jdbc;
    private final Map<String, Integer> ranks;

    /** @param ranks how big the machines of a pool are among the others; 0 for a pool not listed */
    Pools(JdbcClient jdbc, Map<String, Integer> ranks) {
        this.jdbc = jdbc;
        this.ranks = Map.copyOf(ranks);
    }

    void ensure(Collection<String> names) {
        for (String name : names.stream().distinct().sorted().toList()) {
            jdbc.sql("INSERT INTO pool (name, rank) VALUES (:name, :rank) ON CONFLICT (name) DO NOTHING")
                    .param("name", name)
                    .param("rank", ranks.getOrDefault(name, 0))
                    .update();
        }
    }
}
