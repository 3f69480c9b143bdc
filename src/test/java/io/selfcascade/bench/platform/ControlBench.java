package io.selfcascade.bench.platform;

import io.selfcascade.platform.admin.ApiClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/**
 * How long people wait for the answer to a cancel, alone and with a million items of other workloads in the tables. Run by
 * {@code ./mvnw verify -Pbench-control}. The table is printed and written to {@code target/bench-control/table.md}.
 */
class ControlBench {

    private static final int ITEMS = 10_000;
    private static final int COPIES = Integer.getInteger("bench.copies", 100);
    private static final int ALONE = Integer.getInteger("bench.alone", 6);
    private static final int TRIALS = Integer.getInteger("bench.trials", 20);
    private static final int WORKLOADS = Integer.getInteger("bench.workloads", 1_000);

    private final List<String> report = new ArrayList<>();

    @Test
    void measuresTheAnswerToACancel() throws Exception {
        Path folder = Path.of("target", "bench-control").toAbsolutePath();
        FileSystemUtils.deleteRecursively(folder);
        try (Installation installation = new Installation(folder)) {
            StatusClient client = new StatusClient(installation.port);
            ApiClient api = new ApiClient(installation.port);
            String file = client.upload(ITEMS);
            // The first of both warm the servers up.
            cancelOne(installation, client, api, file);
            plainUpdate(installation);
            long[] plain = times(TRIALS, () -> plainUpdate(installation));
            long baseline = Clocked.percentile(plain, 0.5);
            say("| what | times | p50 ms | max ms | p50 of the plain UPDATE |\n|---|---|---|---|---|");
            row("plain UPDATE of 10,000 items, one column and a number", plain, baseline);
            row("cancel of 10,000 queued items", times(ALONE, () -> cancelOne(installation, client, api, file)), baseline);
            loadOthers(installation);
            long others = installation.jdbc.sql("SELECT count(*) FROM item").query(Long.class).single();
            row("the same beside %,d other items".formatted(others),
                    times(TRIALS, () -> cancelOne(installation, client, api, file)), baseline);
            row("cancel of %,d queued workloads by filter".formatted(WORKLOADS),
                    times(1, () -> cancelMany(api)), baseline);
        }
        Files.write(folder.resolve("table.md"), report);
    }

    /** @return milliseconds from the request to the answer, which must know every item as cancelled */
    private static long cancelOne(Installation installation, StatusClient client, ApiClient api, String file) {
        String workload = client.submit(file, 8);
        awaitTrue(() -> client.status(workload).path("counts").path("total").asInt(0) == ITEMS
                && installation.jdbc.sql("SELECT count(*) FROM stage_task WHERE workload_id = :id::uuid AND state = 'ready'")
                        .param("id", workload).query(Integer.class).single() >= 2_000 ? 1 : 0);
        long start = System.nanoTime();
        JsonNode answer = api.post("/v1/workloads/" + workload + "/cancel", "").json();
        long millis = (System.nanoTime() - start) / 1_000_000;
        if (answer.path("counts").path("cancelled").asInt() != ITEMS) {
            throw new AssertionError("Not cancelled with the answer: " + answer);
        }
        awaitTrue(() -> client.status(workload).path("state").asString().equals("cancelled") ? 1 : 0);
        return millis;
    }

    private static long cancelMany(ApiClient api) {
        for (int i = 0; i < WORKLOADS; i++) {
            ApiClient.Answer answer = api.post("/v1/workloads", """
                    {"name": "many-%d", "model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}},
                     "items": [{"prompt": "a red circle"}]}""".formatted(i));
            if (answer.status() != 202) {
                throw new AssertionError("Cannot submit: " + answer.text());
            }
        }
        long start = System.nanoTime();
        JsonNode answer = api.post("/v1/workloads/cancel", "{\"name_prefix\": \"many-\"}").json();
        long millis = (System.nanoTime() - start) / 1_000_000;
        if (answer.path("changed").asInt() != WORKLOADS) {
            throw new AssertionError("Not all changed: " + answer.path("changed"));
        }
        return millis;
    }

    /** The least that a cancel must write, in a table like item with nothing else in it. */
    private static long plainUpdate(Installation installation) {
        installation.jdbc.sql("CREATE TABLE IF NOT EXISTS plain_item (LIKE item INCLUDING ALL)").update();
        installation.jdbc.sql("TRUNCATE plain_item").update();
        installation.jdbc.sql("""
                INSERT INTO plain_item (workload_id, ordinal, custom_id, seed, spec)
                SELECT '00000000-0000-7000-8000-000000000000', n, 'i' || n, n, '{"prompt": "a red circle and a blue square"}'
                  FROM generate_series(0, %d) AS n""".formatted(ITEMS - 1)).update();
        long start = System.nanoTime();
        installation.jdbc.sql("UPDATE plain_item SET state = 'cancelled', settled_in = 1").update();
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** A hundred ended workloads like the first one, each with a task per item. */
    private static void loadOthers(Installation installation) {
        for (String statement : """
                CREATE TABLE copy AS SELECT gen_random_uuid() AS id, r.workload_id AS model
                  FROM generate_series(1, %d), (SELECT workload_id FROM workload_run WHERE state = 'cancelled' LIMIT 1) AS r;
                INSERT INTO workload SELECT (jsonb_populate_record(w, jsonb_build_object('id', c.id, 'request_key', c.id::text))).*
                  FROM copy c JOIN workload w ON w.id = c.model;
                INSERT INTO workload_run SELECT (jsonb_populate_record(r, jsonb_build_object('workload_id', c.id, 'collect_at', NULL))).*
                  FROM copy c JOIN workload_run r ON r.workload_id = c.model;
                INSERT INTO run_owner (workload_id) SELECT id FROM copy;
                INSERT INTO item (workload_id, ordinal, custom_id, seed, spec, state, settled_in)
                SELECT c.id, i.ordinal, i.custom_id, i.seed, i.spec, i.state, i.settled_in FROM copy c JOIN item i ON i.workload_id = c.model;
                INSERT INTO stage_task (workload_id, ordinal, stage, pool, batch_key, state, not_before)
                SELECT c.id, i.ordinal, 0, 'cpu', 1, 'cancelled', ledger_now() FROM copy c JOIN item i ON i.workload_id = c.model;
                INSERT INTO partition_count SELECT c.id, p.partition_no, p.total, p.completed, p.failed, p.cancelled
                  FROM copy c JOIN partition_count p ON p.workload_id = c.model;
                ANALYZE
                """.formatted(COPIES).split(";")) {
            installation.jdbc.sql(statement).update();
        }
    }

    private static long[] times(int trials, LongSupplier trial) {
        return LongStream.range(0, trials).map(n -> trial.getAsLong()).toArray();
    }

    private static void awaitTrue(LongSupplier condition) {
        for (int n = 0; condition.getAsLong() == 0; n++) {
            if (n > 1_200) {
                throw new AssertionError("Waited for a minute");
            }
            Clocked.pause(50);
        }
    }

    private void row(String what, long[] millis, long baseline) {
        say("| %s | %d | %d | %d | %.1f |".formatted(what, millis.length, Clocked.percentile(millis, 0.5),
                Clocked.percentile(millis, 1), (double) Clocked.percentile(millis, 0.5) / baseline));
    }

    private void say(String line) {
        report.add(line);
        System.out.println(line);
    }
}
