package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Items that have stopped at a draft. To promote one is to give it the full way instead of the one to the draft, and the task
 * that follows there.
 */
final class Drafts {

    private static final int MOST_NAMED = 10;

    private final JdbcClient jdbc;

    Drafts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Opens items that have a draft, locking their tasks first, as everywhere.
     *
     * @param ordinals of items; null for all of the workload
     * @return number of items opened
     */
    int open(UUID workload, @Nullable List<Integer> ordinals) {
        Integer[] chosen = ordinals == null ? new Integer[0] : ordinals.toArray(Integer[]::new);
        jdbc.sql("""
                SELECT count(*) FROM (
                    SELECT t.id FROM stage_task t JOIN item i USING (workload_id, ordinal)
                     WHERE t.workload_id = :workload AND i.state = 'completed' AND i.variant >= 2
                       AND (:all OR i.ordinal = ANY(:ordinals))
                     ORDER BY t.id FOR UPDATE OF t) AS locked
                """)
                .param("workload", workload)
                .param("all", ordinals == null)
                .param("ordinals", chosen)
                .query(Long.class)
                .single();
        int opened = jdbc.sql("""
                UPDATE item SET variant = variant - 2, state = 'pending', settled_in = NULL, result_key = NULL,
                                result_sha256 = NULL, result_bytes = NULL, width = NULL, height = NULL
                 WHERE workload_id = :workload AND state = 'completed' AND variant >= 2
                   AND (:all OR ordinal = ANY(:ordinals))
                """)
                .param("workload", workload)
                .param("all", ordinals == null)
                .param("ordinals", chosen)
                .update();
        followUp(workload);
        return opened;
    }

    /**
     * Refuses a choice of items not all of which were opened.
     *
     * @throws CascadeException NOT_FOUND if an item does not exist; NO_DRAFT if one has no draft, or the workload has none
     */
    void requireAll(UUID workload, @Nullable List<Integer> ordinals, int opened) {
        if (ordinals == null && opened > 0) {
            return;
        }
        if (ordinals == null || ordinals.isEmpty()) {
            throw new CascadeException(ErrorCode.NO_DRAFT, "Cannot promote workload " + workload
                    + ": no item " + (ordinals == null ? "has a draft (all were promoted, failed or cancelled)" : "is named"
                    + " (leave items out to promote every draft)"));
        }
        List<Integer> distinct = ordinals.stream().distinct().toList();
        if (opened < distinct.size()) {
            refuse(workload, distinct);
        }
    }

    /**
     * The task behind the draft's pivot, as if it had been there and the run had been cancelled before it: with a pivot it goes
     * on, without one its item begins anew, as after any other end. Tasks that are there already are those of a promotion that
     * was granted while this one waited, which then comes to nothing.
     */
    private void followUp(UUID workload) {
        jdbc.sql("""
                INSERT INTO stage_task (workload_id, ordinal, stage, pool, batch_key, not_before, state)
                SELECT i.workload_id, i.ordinal, p.stage, p.pool, p.batch_key, ledger_now(), 'cancelled'
                  FROM item i
                  JOIN stage_plan draft ON draft.workload_id = i.workload_id AND draft.variant = i.variant + 2 AND draft.last
                  JOIN stage_plan p ON p.workload_id = i.workload_id AND p.variant = i.variant AND p.input_stage = draft.input_stage
                 WHERE i.workload_id = :workload AND i.state = 'pending'
                 ORDER BY i.ordinal
                ON CONFLICT ON CONSTRAINT stage_task_once DO NOTHING
                """)
                .param("workload", workload)
                .update();
    }

    /** Opened items are pending, and nothing else is in a run that had ended. */
    private void refuse(UUID workload, List<Integer> ordinals) {
        List<Refused> refused = jdbc.sql("""
                SELECT o.ordinal, i.ordinal IS NULL AS unknown, i.state, i.variant < 2 AS promoted
                  FROM unnest(:ordinals::int[]) AS o(ordinal)
                  LEFT JOIN item i ON i.workload_id = :workload AND i.ordinal = o.ordinal
                 WHERE i.state IS DISTINCT FROM 'pending'
                 ORDER BY unknown DESC, o.ordinal
                """)
                .param("ordinals", ordinals.toArray(Integer[]::new))
                .param("workload", workload)
                .query((rs, n) -> new Refused(rs.getInt(1), rs.getBoolean(2), rs.getString(3), rs.getBoolean(4)))
                .list();
        boolean isUnknown = refused.stream().anyMatch(Refused::unknown);
        String which = refused.stream().filter(item -> item.unknown() == isUnknown).limit(MOST_NAMED)
                .map(Refused::toText).collect(Collectors.joining(", "));
        String more = refused.size() > MOST_NAMED ? ", …" : "";
        throw isUnknown
                ? new CascadeException(ErrorCode.NOT_FOUND, "Cannot find items of workload " + workload + ": " + which + more
                        + " (items are numbered from 0)")
                : new CascadeException(ErrorCode.NO_DRAFT, "Cannot promote items of workload " + workload + ": " + which + more
                        + " (only an item whose picture is a draft can be promoted; retry runs what failed or was cancelled)");
    }

    private record Refused(int ordinal, boolean unknown, @Nullable String state, boolean promoted) {

        String toText() {
            return unknown ? "" + ordinal : ordinal + " " + (promoted ? "was promoted" : state);
        }
    }
}
