package io.selfcascade.platform.dispatch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How many tasks tenants may still have under way, in all pools together. */
final class TenantRoom {

    /** Any number that nobody else locks. */
    private static final long LOCK = 0x74656e616e7473L;

    private final Tenants tenants;
    private final Map<String, Integer> underWay;

    private TenantRoom(Tenants tenants, Map<String, Integer> underWay) {
        this.tenants = tenants;
        this.underWay = new HashMap<>(underWay);
    }

    /**
     * Counts what is under way. Where there are limits, picks of several pools go one after the other until their
     * transactions end: two at a time would each give away the same room.
     */
    static TenantRoom of(JdbcClient jdbc, Tenants tenants) {
        Map<String, Integer> underWay = new HashMap<>();
        if (tenants.limitDispatched()) {
            jdbc.sql("SELECT 1 FROM pg_advisory_xact_lock(:lock)").param("lock", LOCK).query(Integer.class).single();
            jdbc.sql("""
                    SELECT r.tenant, count(*) FROM stage_task t JOIN workload_run r ON r.workload_id = t.workload_id
                     WHERE t.state = 'dispatched' GROUP BY r.tenant
                    """)
                    .query(rs -> {
                        underWay.put(rs.getString(1), rs.getInt(2));
                    });
        }
        return new TenantRoom(tenants, underWay);
    }

    /** Tenants that have as many tasks under way as they may. */
    Set<String> full() {
        Set<String> full = new HashSet<>();
        underWay.forEach((tenant, count) -> {
            if (count >= most(tenant)) {
                full.add(tenant);
            }
        });
        return full;
    }

    /** As many of the tasks, in their order, as their tenants may send. */
    List<ReadyTasks.Candidate> within(List<ReadyTasks.Candidate> tasks) {
        Map<String, Integer> with = new HashMap<>(underWay);
        List<ReadyTasks.Candidate> within = new ArrayList<>();
        for (ReadyTasks.Candidate task : tasks) {
            if (with.merge(task.tenant(), 1, Integer::sum) <= most(task.tenant())) {
                within.add(task);
            }
        }
        return within;
    }

    /** These are under way now. */
    void take(List<ReadyTasks.Candidate> tasks) {
        tasks.forEach(task -> underWay.merge(task.tenant(), 1, Integer::sum));
    }

    private int most(String tenant) {
        Integer most = tenants.of(tenant).maxDispatchedTasks();
        return most == null ? Integer.MAX_VALUE : most;
    }
}
