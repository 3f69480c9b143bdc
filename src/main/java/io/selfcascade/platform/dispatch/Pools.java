package io.selfcascade.platform.dispatch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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

    /** Looks first: to insert a name that is taken would wait for whoever has its row, which the dispatcher often has. */
    void ensure(Collection<String> names) {
        List<String> missing = new ArrayList<>(new TreeSet<>(names));
        missing.removeAll(jdbc.sql("SELECT name FROM pool WHERE name = ANY(:names)")
                .param("names", missing.toArray(String[]::new))
                .query(String.class)
                .list());
        for (String name : missing) {
            jdbc.sql("INSERT INTO pool (name, rank) VALUES (:name, :rank) ON CONFLICT (name) DO NOTHING")
                    .param("name", name)
                    .param("rank", ranks.getOrDefault(name, 0))
                    .update();
        }
    }
}
