package io.selfcascade.bench.platform;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * One measured workload.
 *
 * @param seconds from the request to the last line of the results
 * @param steady items a second between the first tenth and the last one: without start and end
 * @param rows inserted, updated and deleted in the database
 * @param walBytes written ahead
 * @param messages on all topics
 * @param peakHeapBytes of the coordinator since its start
 */
record Throughput(String what, int items, double seconds, double steady, long rows, long walBytes, long messages, long peakHeapBytes) {

    static Throughput measure(Installation installation, StatusClient client, String what, int items, int microBatch)
            throws IOException, ExecutionException, InterruptedException {
        String file = client.upload(items);
        long rows = rows(installation);
        long wal = walBytes(installation);
        long messages = installation.messages();
        long dispatch = lastDispatch(installation);
        long start = System.nanoTime();
        client.awaitCompleted(client.submit(file, microBatch), items);
        double seconds = (System.nanoTime() - start) / 1e9;
        // The statistics of rows are told by each session about once a second.
        Clocked.pause(3_000);
        return new Throughput(what, items, seconds, steady(installation, dispatch), rows(installation) - rows, walBytes(installation) - wal,
                installation.messages() - messages, installation.peakHeapBytes());
    }

    double itemsPerSecond() {
        return items / seconds;
    }

    String row(double baselineItemsPerSecond) {
        return "| %s | %,d | %.1f | %,.0f | %,.0f | %.2f | %.2f | %,.0f | %.2f | %,d |".formatted(what, items, seconds, itemsPerSecond(),
                steady, itemsPerSecond() / baselineItemsPerSecond, (double) rows / items, (double) walBytes / items,
                (double) messages / items, peakHeapBytes >> 20);
    }

    static String header() {
        return """
                | run | items | s | items/s | steady | of the queue | rows/item | WAL bytes/item | messages/item | peak heap MB |
                |---|---|---|---|---|---|---|---|---|---|""";
    }

    static String baseline(String what, int items, double itemsPerSecond, double queue) {
        return "| %s | %,d | %.1f | %,.0f | | %.2f | | | | |".formatted(what, items, items / itemsPerSecond, itemsPerSecond, itemsPerSecond / queue);
    }

    private static long lastDispatch(Installation installation) {
        return installation.jdbc.sql("SELECT coalesce(max(id), 0) FROM task_dispatch").query(Long.class).single();
    }

    private static double steady(Installation installation, long after) {
        return installation.jdbc.sql("""
                WITH closed AS (SELECT closed_at, sum(tasks) OVER (ORDER BY closed_at) AS done, sum(tasks) OVER () AS total
                                  FROM task_dispatch WHERE id > :after)
                SELECT coalesce((max(done) - min(done)) / nullif(extract(epoch FROM max(closed_at) - min(closed_at)), 0), 0)
                  FROM closed WHERE done BETWEEN total * 0.1 AND total * 0.9
                """).param("after", after).query(Double.class).single();
    }

    static long rows(Installation installation) {
        return installation.jdbc.sql("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables")
                .query(Long.class).single();
    }

    static long walBytes(Installation installation) {
        return installation.jdbc.sql("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint").query(Long.class).single();
    }
}
