package io.selfcascade.bench.platform;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * One measured workload.
 *
 * @param seconds from the request to the last line of the results
 * @param rows inserted, updated and deleted in the database
 * @param walBytes written ahead
 * @param messages on all topics
 * @param peakHeapBytes of the coordinator since its start
 */
record Throughput(String what, int items, double seconds, long rows, long walBytes, long messages, long peakHeapBytes) {

    static Throughput measure(Installation installation, StatusClient client, String what, int items, int microBatch)
            throws IOException, ExecutionException, InterruptedException {
        String file = client.upload(items);
        long rows = rows(installation);
        long wal = walBytes(installation);
        long messages = installation.messages();
        long start = System.nanoTime();
        client.awaitCompleted(client.submit(file, microBatch), items);
        double seconds = (System.nanoTime() - start) / 1e9;
        // The statistics of rows are told by each session about once a second.
        Clocked.pause(3_000);
        return new Throughput(what, items, seconds, rows(installation) - rows, walBytes(installation) - wal,
                installation.messages() - messages, installation.peakHeapBytes());
    }

    double itemsPerSecond() {
        return items / seconds;
    }

    String row(double baselineItemsPerSecond) {
        return "| %s | %,d | %.1f | %,.0f | %.2f | %.2f | %,.0f | %.2f | %,d |".formatted(what, items, seconds, itemsPerSecond(),
                itemsPerSecond() / baselineItemsPerSecond, (double) rows / items, (double) walBytes / items,
                (double) messages / items, peakHeapBytes >> 20);
    }

    static String header() {
        return """
                | run | items | s | items/s | of the queue | rows/item | WAL bytes/item | messages/item | peak heap MB |
                |---|---|---|---|---|---|---|---|---|""";
    }

    static long rows(Installation installation) {
        return installation.jdbc.sql("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables")
                .query(Long.class).single();
    }

    static long walBytes(Installation installation) {
        return installation.jdbc.sql("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint").query(Long.class).single();
    }
}
