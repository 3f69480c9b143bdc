package io.selfcascade.platform.dispatch;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deletes what has served, after a day: closed dispatches, published events, boots of workers that fell silent. And at once the shares
 * that a dispatcher gave to runs which were just leaving.
 */
final class LedgerCleanup {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final DispatchProperties properties;

    LedgerCleanup(JdbcClient jdbc, LedgerTransactions transactions, DispatchProperties properties) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
    }

    /** @return number of rows deleted */
    int clean() {
        return transactions.run(() -> delete("""
                DELETE FROM task_dispatch
                 WHERE state = 'closed' AND closed_at < ledger_now() - :retention * interval '1 second'
                """)
                + delete("""
                DELETE FROM workload_event
                 WHERE published AND at < ledger_now() - :retention * interval '1 second'
                """)
                + delete("""
                DELETE FROM worker_boot
                 WHERE last_seen < (SELECT min(caught_up_at) FROM event_watermark) - :retention * interval '1 second'
                """)
                + delete("""
                DELETE FROM dispatch_share s
                 WHERE NOT EXISTS (SELECT FROM workload_run r WHERE r.workload_id = s.workload_id AND r.state = 'in_progress')
                """));
    }

    private int delete(String sql) {
        return jdbc.sql(sql).param("retention", properties.retention().toSeconds()).update();
    }
}
