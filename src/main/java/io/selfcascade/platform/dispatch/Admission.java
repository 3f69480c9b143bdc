package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whether there is room for more work: within what its tenant may have, and in the artifact store beside what open
 * workloads are still going to write. Better an early no than a night that ends at a full volume.
 */
final class Admission {

    /** Any number that nobody else locks. */
    private static final long LOCK = 0x61646d6974L;

    private final JdbcClient jdbc;
    private final Tenants tenants;

    Admission(JdbcClient jdbc, Tenants tenants) {
        this.jdbc = jdbc;
        this.tenants = tenants;
    }

    /**
     * Lets one transaction after the other decide, until it has committed: two at a time would be promised the same room.
     * What takes long comes before.
     */
    void enter() {
        jdbc.sql("SELECT 1 FROM pg_advisory_xact_lock(:lock)").param("lock", LOCK).query(Integer.class).single();
    }

    /**
     * Refuses work beyond what a tenant may have open. The workload itself is not among the open ones yet.
     *
     * @param verb what cannot be done
     * @throws CascadeException QUOTA_EXCEEDED
     */
    void requireQuota(String verb, String tenant, long items) {
        Tenants.Terms terms = tenants.of(tenant);
        Open open = open(tenant);
        if (open.workloads() >= terms.maxOpenWorkloads()) {
            throw exceeded(verb, items, tenant, open.workloads() + " open workloads, which is as many as it may have",
                    "max-open-workloads");
        }
        if (open.items() + items > terms.maxPendingItems()) {
            throw exceeded(verb, items, tenant, open.items() + " pending items in " + open.workloads()
                    + " open workloads and may have " + terms.maxPendingItems(), "max-pending-items");
        }
    }

    /**
     * Refuses work whose artifacts will not fit beside what is promised to open workloads.
     *
     * @param verb what cannot be done
     * @throws CascadeException EXCEEDS_STORAGE
     */
    void requireRoom(String verb, int items, long neededBytes, long freeBytes) {
        requireRoom(verb, items, neededBytes, freeBytes, promisedBytes());
    }

    /** Refuses work that would not fit even if no other were open. */
    void requireRoomAtAll(String verb, int items, long neededBytes, long freeBytes) {
        requireRoom(verb, items, neededBytes, freeBytes, 0);
    }

    private static void requireRoom(String verb, int items, long neededBytes, long freeBytes, long promised) {
        if (neededBytes > freeBytes - promised) {
            throw new CascadeException(ErrorCode.EXCEEDS_STORAGE, "Cannot " + verb + " " + items
                    + " items: their pivots and pictures need about " + megabytes(neededBytes) + ", the artifact store has "
                    + megabytes(freeBytes) + " left" + (promised == 0 ? "" : ", of which " + megabytes(promised)
                    + " are promised to open workloads") + " (free some space, or send fewer items)");
        }
    }

    /** Notes for how much more a workload was accepted: it counts until it is written, or the workload has ended. */
    void promise(UUID workload, int items, long bytes) {
        jdbc.sql("UPDATE workload_run SET items = items + :items, expected_bytes = expected_bytes + :bytes WHERE workload_id = :workload")
                .param("items", items)
                .param("bytes", bytes)
                .param("workload", workload)
                .update();
    }

    /** As {@link #requireQuota(String, String, long)}, of a workload that has ended and is to be opened again. */
    void requireQuota(String verb, UUID workload, long items) {
        requireQuota(verb, jdbc.sql("SELECT tenant FROM workload_run WHERE workload_id = :workload")
                .param("workload", workload).query(String.class).single(), items);
    }

    private Open open(String tenant) {
        return jdbc.sql("""
                SELECT count(*), coalesce(sum(greatest(0, coalesce(r.total, r.items) - c.settled)), 0)
                  FROM workload_run r
                 CROSS JOIN LATERAL (SELECT coalesce(sum(completed + failed + cancelled), 0) AS settled
                                       FROM partition_count WHERE workload_id = r.workload_id) AS c
                 WHERE r.tenant = :tenant AND r.state IN ('queued', 'validating', 'in_progress', 'finalizing')
                """)
                .param("tenant", tenant)
                .query((rs, n) -> new Open(rs.getLong(1), rs.getLong(2)))
                .single();
    }

    /** Reads the open runs and a few counters of each. */
    private long promisedBytes() {
        return jdbc.sql("""
                SELECT coalesce(sum(greatest(0, r.expected_bytes - c.written)), 0)
                  FROM workload_run r
                 CROSS JOIN LATERAL (SELECT coalesce(sum(bytes), 0) AS written
                                       FROM stage_count WHERE workload_id = r.workload_id) AS c
                 WHERE r.state IN ('queued', 'validating', 'in_progress', 'finalizing')
                """)
                .query(Long.class)
                .single();
    }

    private static CascadeException exceeded(String verb, long items, String tenant, String has, String setting) {
        return new CascadeException(ErrorCode.QUOTA_EXCEEDED, "Cannot " + verb + " " + items + " items: tenant " + tenant
                + " has " + has + " (wait until some have ended, or have selfcascade.tenants." + tenant + "." + setting
                + " raised)");
    }

    private static String megabytes(long bytes) {
        return (bytes + 999_999) / 1_000_000 + " MB";
    }

    private record Open(long workloads, long items) {}
}
