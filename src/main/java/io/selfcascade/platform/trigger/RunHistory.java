package io.selfcascade.platform.trigger;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Forgets runs of long ago. What keeps a date from running twice is not history: the timer never goes back, and a workload's
 * identity is its date. Which files were taken is remembered as long as their schedule.
 */
final class RunHistory {

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Duration kept;
    private final int most;

    /** @param most runs kept of each schedule */
    RunHistory(JdbcClient jdbc, TransactionOperations transactions, Duration kept, int most) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.kept = kept;
        this.most = most;
    }

    /** Deletes what is older than kept, and of each schedule what is more than kept; a run that waits stays. */
    void forget() {
        transactions.executeWithoutResult(status -> {
            // Whoever asks for these very dates holds them and waits for nothing here.
            jdbc.sql("""
                    DELETE FROM schedule_run WHERE id IN (
                           SELECT id FROM schedule_run
                            WHERE state <> 'pending' AND decided_at < ledger_now() - :kept * interval '1 second'
                              FOR UPDATE SKIP LOCKED)
                    """)
                    .param("kept", kept.toSeconds())
                    .update();
            jdbc.sql("""
                    DELETE FROM schedule_run WHERE id IN (
                           SELECT r.id
                             FROM schedule s
                            CROSS JOIN LATERAL (SELECT o.id FROM schedule_run o WHERE o.schedule_id = s.id
                                                 ORDER BY o.id DESC OFFSET :most LIMIT 1) AS oldest
                             JOIN schedule_run r ON r.schedule_id = s.id AND r.id <= oldest.id
                            WHERE r.state <> 'pending'
                              FOR UPDATE OF r SKIP LOCKED)
                    """)
                    .param("most", most)
                    .update();
            jdbc.sql("DELETE FROM schedule_request WHERE run_id IS NULL AND sha256 IS NULL").update();
        });
    }
}
