package io.selfcascade.platform.dispatch;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts what tenants have in the ledger. */
final class JdbcTenantQuotas implements TenantQuotas {

    private final JdbcClient jdbc;
    private final Tenants tenants;

    JdbcTenantQuotas(JdbcClient jdbc, Tenants tenants) {
        this.jdbc = jdbc;
        this.tenants = tenants;
    }

    @Override
    public boolean isReached(String tenant) {
        Integer most = tenants.of(tenant).maxDispatchedTasks();
        return most != null && jdbc.sql("""
                SELECT count(*) >= :most FROM stage_task t JOIN workload_run r ON r.workload_id = t.workload_id
                 WHERE t.state = 'dispatched' AND r.tenant = :tenant
                """)
                .param("most", most)
                .param("tenant", tenant)
                .query(Boolean.class)
                .single();
    }
}
