package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The test of the test: breaks promises in rows and files by hand, and expects that the invariants notice each. */
final class Sabotage {

    private final Cluster cluster;
    private final JdbcClient jdbc;
    private final Invariants invariants;
    private final UUID workload;

    private Sabotage(Cluster cluster, UUID workload) {
        this.cluster = cluster;
        this.jdbc = cluster.jdbc();
        this.invariants = new Invariants(cluster);
        this.workload = workload;
    }

    static List<Scenario> all() {
        return List.of(new Scenario(0, "ten promises broken by hand: each is noticed", cluster -> {
            UUID workload = cluster.requests.submit(3);
            cluster.awaitState(workload, "completed");
            cluster.awaitAllEnded(Patience.LONG);
            new Sabotage(cluster, workload).run();
        }));
    }

    private void run() throws IOException {
        assertThat(invariants.check().broken()).isEmpty();
        String key = one("SELECT result_key FROM item WHERE workload_id = :w AND ordinal = 0");
        file(key, bytes -> flipped(bytes));
        file(key, bytes -> null);
        file(one("SELECT manifest_key FROM workload_run WHERE workload_id = :w"), Sabotage::firstItemTwice);
        file(one("SELECT results_key FROM workload_run WHERE workload_id = :w"), bytes -> new byte[0]);
        // Other bytes under their own right digest: only making the picture anew shows it.
        file(key, bytes -> flipped(bytes), () -> digest(key), () -> digest(key));
        rows("UPDATE stage_task SET artifact_key = (SELECT artifact_key FROM stage_task WHERE workload_id = :w AND ordinal = 1 AND stage = 0)"
                + " WHERE workload_id = :w AND ordinal = 0 AND stage = 0", "stage_task");
        rows("UPDATE item SET state = 'failed', result_key = NULL, result_sha256 = NULL WHERE workload_id = :w AND ordinal = 2", "item");
        rows("UPDATE partition_count SET completed = completed + 1 WHERE workload_id = :w", "partition_count");
        rows("UPDATE workload_run SET state = 'in_progress' WHERE workload_id = :w", "workload_run");
        history();
        assertThat(invariants.check().broken()).as("after all repairs").isEmpty();
    }

    /** A task is opened again and accepted again: the rows look right, only the history does not. */
    private void history() {
        long mark = mark();
        for (String state : List.of("ready", "succeeded")) {
            jdbc.sql("UPDATE stage_task SET state = :state WHERE workload_id = :w AND ordinal = 0 AND stage = 0").param("state", state)
                    .param("w", workload).update();
        }
        long twice = invariants.look().twice();
        forget(mark);
        assertThat(twice).as("a second acceptance is noticed").isPositive();
    }

    private void rows(String breach, String table) {
        long mark = mark();
        jdbc.sql("CREATE TABLE audit.saved AS SELECT * FROM " + table + " WHERE workload_id = :w").param("w", workload).update();
        jdbc.sql(breach).param("w", workload).update();
        boolean isUnnoticed = invariants.look().isClean();
        String key = switch (table) {
            case "stage_task" -> "id";
            case "item" -> "ordinal";
            default -> "workload_id";
        };
        String columns = jdbc.sql("SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = :t AND table_schema = 'public'"
                + " AND is_generated = 'NEVER' AND is_identity = 'NO'").param("t", table).query(String.class).single();
        jdbc.sql("UPDATE " + table + " t SET (" + columns + ") = (SELECT " + columns + " FROM audit.saved s WHERE s." + key + " = t." + key
                + ") WHERE workload_id = :w").param("w", workload).update();
        jdbc.sql("DROP TABLE audit.saved").update();
        forget(mark);
        assertThat(isUnnoticed).as("unnoticed: " + breach).isFalse();
    }

    private void file(String key, Change change) throws IOException {
        file(key, change, () -> { }, () -> { });
    }

    private void file(String key, Change change, Runnable after, Runnable repaired) throws IOException {
        long mark = mark();
        Path file = cluster.store().root().resolve(key);
        byte[] whole = Files.readAllBytes(file);
        byte[] changed = change.of(whole);
        if (changed == null) {
            Files.delete(file);
        } else {
            Files.write(file, changed);
        }
        after.run();
        boolean isUnnoticed = invariants.look().isClean();
        Files.write(file, whole);
        repaired.run();
        forget(mark);
        assertThat(isUnnoticed).as("a change of " + key + " is unnoticed").isFalse();
    }

    /** Has the rows name the bytes that are there. */
    private void digest(String key) {
        try {
            byte[] bytes = cluster.store().read(key);
            byte[] digest = java.util.HexFormat.of().parseHex(io.selfcascade.platform.artifact.Sha256Stream.digest(bytes));
            jdbc.sql("UPDATE stage_task SET artifact_sha256 = :d WHERE artifact_key = :k").param("d", digest).param("k", key).update();
            jdbc.sql("UPDATE item SET result_sha256 = :d WHERE result_key = :k").param("d", digest).param("k", key).update();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String one(String sql) {
        return jdbc.sql(sql).param("w", workload).query(String.class).single();
    }

    private long mark() {
        return jdbc.sql("SELECT nextval('audit.seq')").query(Long.class).single();
    }

    private void forget(long mark) {
        for (String table : List.of("task", "item", "run")) {
            jdbc.sql("DELETE FROM audit." + table + " WHERE seq > :mark AND workload_id = :w").param("mark", mark).param("w", workload).update();
        }
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] flipped = bytes.clone();
        flipped[flipped.length / 2] ^= 1;
        return flipped;
    }

    private static byte[] firstItemTwice(byte[] manifest) {
        String text = new String(manifest, StandardCharsets.UTF_8);
        int from = text.indexOf("{", text.indexOf("\"items\":["));
        int to = text.indexOf(",{\"ordinal\":1", from);
        return (text.substring(0, from) + text.substring(from, to) + "," + text.substring(from)).getBytes(StandardCharsets.UTF_8);
    }

    /** What becomes of a file; null if it is deleted. */
    @FunctionalInterface
    private interface Change {
        byte[] of(byte[] whole);
    }
}
