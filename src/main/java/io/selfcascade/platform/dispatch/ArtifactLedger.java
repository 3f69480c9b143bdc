package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.EndedRun.ItemFolder;
import io.selfcascade.platform.intake.KeepPivots;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which artifacts of ended runs are still needed. A file may go once no row names it and nobody can still be writing it for
 * a row: so rows forget before files are deleted, and both only while the run provably stays ended.
 */
public class ArtifactLedger {

    /** After a crash in the middle of a search another coordinator begins it again so much later. */
    private static final Duration SEARCH_LEASE = Duration.ofMinutes(10);

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Duration retention;

    ArtifactLedger(JdbcClient jdbc, LedgerTransactions transactions, Duration retention) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.retention = retention;
    }

    /** Takes the ended run whose search is due longest; others do not get it for ten minutes. */
    public Optional<EndedRun> due() {
        // SKIP LOCKED: another coordinator is taking the locked row at this moment.
        return transactions.run(() -> jdbc.sql("""
                UPDATE workload_run r SET collect_at = ledger_now() + :lease * interval '1 second'
                  FROM workload w
                 WHERE w.id = r.workload_id
                   AND r.workload_id = (SELECT workload_id FROM workload_run
                                         WHERE collect_at <= ledger_now() AND finished_at IS NOT NULL
                                         ORDER BY collect_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING r.workload_id, r.generation, w.keep_pivots,
                          (SELECT coalesce(max(ordinal) + 1, 0) FROM item i WHERE i.workload_id = r.workload_id)
                """)
                .param("lease", SEARCH_LEASE.toSeconds())
                .query((rs, n) -> new EndedRun(rs.getObject(1, UUID.class), rs.getInt(2), rs.getInt(4),
                        KeepPivots.valueOf(rs.getString(3).toUpperCase(Locale.ROOT))))
                .optional());
    }

    /**
     * Forgets the pivots that the workload does not keep, and their previews. {@code LAST} leaves every item its deepest: of a completed item the
     * latent of its picture, of any other the point from which a further generation goes on.
     *
     * @return whether the run is still ended; if not, nothing was forgotten
     */
    public boolean forgetPivots(EndedRun run, ItemFolder folder) {
        if (run.keepPivots() == KeepPivots.ALL) {
            return true;
        }
        return transactions.run(() -> {
            lockTasks(run, folder);
            boolean ended = isEnded(run);
            if (ended) {
                forget(run, folder);
            }
            return ended;
        });
    }

    /**
     * Has files of a folder deleted, while a retry of the workload waits.
     *
     * @param deletion is given every key below the folder that a row names, and deletes others
     * @return whether the run is still ended; if not, {@code deletion} was not called
     */
    public boolean collect(EndedRun run, ItemFolder folder, Consumer<Set<String>> deletion) {
        return whileEnded(run, () -> deletion.accept(named(run, folder)));
    }

    /** The same for documents beside the folders: results, errors, manifest. */
    public boolean collectDocuments(EndedRun run, Consumer<Set<String>> deletion) {
        return whileEnded(run, () -> deletion.accept(new HashSet<>(jdbc.sql("""
                SELECT unnest(ARRAY[results_key, errors_key, manifest_key]) FROM workload_run WHERE workload_id = :workload
                """)
                .param("workload", run.workloadId())
                .query(String.class)
                .list())));
    }

    /** The search is over. The next is due a day after the run's end, or never. */
    public void collected(EndedRun run) {
        transactions.run(() -> jdbc.sql("""
                UPDATE workload_run
                   SET collect_at = CASE WHEN finished_at + :retention * interval '1 second' > ledger_now()
                                         THEN finished_at + :retention * interval '1 second' END
                 WHERE workload_id = :workload AND generation = :generation AND finished_at IS NOT NULL
                """)
                .param("retention", retention.toSeconds())
                .param("workload", run.workloadId())
                .param("generation", run.generation())
                .update());
    }

    /** Those of the ids that are no workload's. */
    public List<UUID> unknown(List<UUID> ids) {
        return transactions.run(() -> jdbc.sql("""
                SELECT id FROM unnest(:ids::uuid[]) AS asked(id) WHERE NOT EXISTS (SELECT FROM workload w WHERE w.id = asked.id)
                """)
                .param("ids", ids.toArray(UUID[]::new))
                .query(UUID.class)
                .list());
    }

    /** Every key below the folder that a row names. */
    private Set<String> named(EndedRun run, ItemFolder folder) {
        return new HashSet<>(jdbc.sql("""
                SELECT artifact_key FROM stage_task
                 WHERE workload_id = :workload AND ordinal BETWEEN :from AND :to AND artifact_key IS NOT NULL
                UNION
                SELECT preview_key FROM stage_task
                 WHERE workload_id = :workload AND ordinal BETWEEN :from AND :to AND preview_key IS NOT NULL
                UNION
                SELECT result_key FROM item
                 WHERE workload_id = :workload AND ordinal BETWEEN :from AND :to AND result_key IS NOT NULL
                """)
                .param("workload", run.workloadId())
                .param("from", folder.from())
                .param("to", folder.to())
                .query(String.class)
                .list());
    }

    private boolean whileEnded(EndedRun run, Runnable deletion) {
        return transactions.run(() -> {
            boolean ended = isEnded(run);
            if (ended) {
                deletion.run();
            }
            return ended;
        });
    }

    /** Locks the run until the transaction ends: no further generation begins meanwhile. Also keeps the search ours. */
    private boolean isEnded(EndedRun run) {
        return jdbc.sql("""
                UPDATE workload_run SET collect_at = ledger_now() + :lease * interval '1 second'
                 WHERE workload_id = :workload AND generation = :generation AND finished_at IS NOT NULL
                """)
                .param("lease", SEARCH_LEASE.toSeconds())
                .param("workload", run.workloadId())
                .param("generation", run.generation())
                .update() == 1;
    }

    /** Tasks before their run, as everywhere. */
    private void lockTasks(EndedRun run, ItemFolder folder) {
        jdbc.sql("""
                SELECT id FROM stage_task WHERE workload_id = :workload AND ordinal BETWEEN :from AND :to
                 ORDER BY id FOR UPDATE
                """)
                .param("workload", run.workloadId())
                .param("from", folder.from())
                .param("to", folder.to())
                .query(Long.class)
                .list();
    }

    private void forget(EndedRun run, ItemFolder folder) {
        jdbc.sql("""
                WITH pivot AS (
                  SELECT t.id, t.stage < max(t.stage) OVER (PARTITION BY t.ordinal) AS passed
                    FROM stage_task t
                    JOIN item i USING (workload_id, ordinal)
                    JOIN stage_plan p ON p.workload_id = t.workload_id AND p.variant = i.variant AND p.stage = t.stage
                   WHERE t.workload_id = :workload AND t.ordinal BETWEEN :from AND :to
                     AND t.artifact_key IS NOT NULL AND p.kind <> 'decode')
                UPDATE stage_task t SET artifact_key = NULL, preview_key = NULL
                  FROM pivot WHERE t.id = pivot.id AND (pivot.passed OR :none)
                """)
                .param("workload", run.workloadId())
                .param("from", folder.from())
                .param("to", folder.to())
                .param("none", run.keepPivots() == KeepPivots.NONE)
                .update();
    }
}
