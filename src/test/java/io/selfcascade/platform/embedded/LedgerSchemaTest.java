package io.selfcascade.platform.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the migrations promise, read back from a real server. */
class LedgerSchemaTest {

    private static final Pattern QUOTED = Pattern.compile("'([a-z_]+)'");

    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();
    private final JdbcClient jdbc = JdbcClient.create(DATABASE.dataSource());

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    @ParameterizedTest
    @CsvSource({
        "workload_run_state, queued validating in_progress finalizing completed failed cancelled expired",
        "workload_run_desired, run pause cancel",
        "stage_plan_kind, encode denoise decode",
        "item_state, pending completed failed cancelled",
        "task_dispatch_state, sending waiting running closed",
        "stage_task_state, ready dispatched succeeded dead cancelled",
        "worker_state, up draining lost gone",
        "workload_keep_pivots, all last none",
        "dead_letter_state, kept redriving redriven",
        "webhook_delivery_state, waiting sending delivered dead",
    })
    void allowsTheStatesOfTheSpecificationAndNoOthers(String constraint, String states) {
        assertThat(allowed(constraint)).containsExactly(states.split(" "));
    }

    @Test
    void survivesAPowerCut() {
        assertThat(jdbc.sql("SHOW fsync").query(String.class).single()).isEqualTo("on");
        assertThat(jdbc.sql("SHOW synchronous_commit").query(String.class).single()).isEqualTo("on");
        assertThat(jdbc.sql("SHOW full_page_writes").query(String.class).single()).isEqualTo("on");
    }

    @Test
    void listensToThisMachineOnly() {
        assertThat(jdbc.sql("SHOW listen_addresses").query(String.class).single()).isEqualTo("127.0.0.1");
        assertThat(jdbc.sql("SHOW unix_socket_directories").query(String.class).single()).isEmpty();
    }

    @Test
    void indexesEveryForeignKey() {
        List<String> unindexed = jdbc.sql("""
                SELECT conrelid::regclass || '.' || conname FROM pg_constraint c
                 WHERE contype = 'f' AND conrelid::regclass::text <> 'task_dispatch'
                   AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
                                      AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
                """).query(String.class).list();

        // task_dispatch.pool is the exception: no pool is ever removed, and open dispatches have their partial index.
        assertThat(unindexed).isEmpty();
    }

    @Test
    void refusesACompletedItemWithoutAResult() {
        assertThatThrownBy(() -> jdbc.sql("""
                WITH w AS (INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key, created_at)
                           VALUES (gen_random_uuid(), 'rest', 'k', '\\x00', 'scenes', '{}', 'items', ledger_now()) RETURNING id)
                INSERT INTO item (workload_id, ordinal, spec, state) SELECT id, 0, '{}', 'completed' FROM w
                """).update())
                .isInstanceOf(DataIntegrityViolationException.class)
                .hasMessageContaining("item_result");
    }

    @Test
    void movesTheClockOfTheLedgerForEverySession() {
        try (TestDatabase other = SharedInfrastructure.freshDatabase()) {
            other.ledgerAhead(Duration.ofHours(1));

            JdbcClient session = JdbcClient.create(other.dataSource());
            long ahead = session.sql("SELECT extract(epoch FROM ledger_now() - now())::bigint").query(Long.class).single();

            assertThat(ahead).isEqualTo(3600);
        }
    }

    @Test
    void keepsTheTimeOfTheTransactionUnlessASessionMovesIt() {
        Timestamp plain = jdbc.sql("SELECT CASE WHEN ledger_now() = now() THEN now() END").query(Timestamp.class).single();

        assertThat(plain).isNotNull();
    }

    private List<String> allowed(String constraint) {
        String check = jdbc.sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ?")
                .param(constraint).query(String.class).single();
        return QUOTED.matcher(check).results().map((MatchResult match) -> match.group(1)).toList();
    }
}
