package io.selfcascade.bench.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/**
 * What the platform costs per item when the item itself costs nothing, beside a plain queue and Spring Batch's remote
 * partitioning, which do equal work on the same servers. Run by {@code ./mvnw verify -Pbench-platform};
 * {@code -Dbench.items=1000000} adds a larger run. The table
 * is printed and written to {@code target/bench-platform/table.md}.
 */
class PlatformBench {

    private static final int WARM_UP = 10_000;
    private static final int SMALL = 10_000;
    private static final int LARGE = Integer.getInteger("bench.large", 100_000);
    private static final int OPTIONAL = Integer.getInteger("bench.items", 0);
    private static final int LATENCY_TASKS = Integer.getInteger("bench.latency", 60);
    private static final int CALLS = 300;
    private static final Path TABLE = Path.of("target", "bench-platform", "table.md").toAbsolutePath();

    @Test
    void measuresThePlatformWithoutItsModels() throws Exception {
        FileSystemUtils.deleteRecursively(TABLE.getParent());
        try (Installation installation = new Installation(TABLE.getParent())) {
            StatusClient client = new StatusClient(installation.port);
            installation.startWorker(false);
            Throughput.measure(installation, client, "warm-up", WARM_UP, 64);
            double queue = new QueueBaseline(installation).itemsPerSecond(LARGE);
            say(Throughput.header());
            say(Throughput.baseline("SKIP LOCKED queue, no Kafka", LARGE, queue, queue));
            say(Throughput.baseline("Spring Batch remote partitioning over Kafka", LARGE,
                    new RemotePartitioning(installation).itemsPerSecond(WARM_UP, LARGE), queue));
            Throughput small = measure(installation, client, "micro-batch 64", SMALL, 64, queue);
            Throughput large = measure(installation, client, "micro-batch 64", LARGE, 64, queue);
            if (OPTIONAL > 0) {
                large = measure(installation, client, "micro-batch 64", OPTIONAL, 64, queue);
            }
            cost(small, large);
            answers(client, lastWorkload(installation), large.items());
            measure(installation, client, "micro-batch 8", SMALL, 8, queue);
            measure(installation, client, "micro-batch 1", SMALL / 5, 1, queue);
            latency(installation, client);
            installation.startWorker(true);
            measure(installation, client, "micro-batch 64, fsynced 16 KB files", SMALL / 5, 64, queue);
            settings(installation);
        }
    }

    private Throughput measure(Installation installation, StatusClient client, String what, int items, int microBatch, double queue)
            throws Exception {
        Throughput measured = Throughput.measure(installation, client, what, items, microBatch);
        say(measured.row(queue));
        return measured;
    }

    private void cost(Throughput small, Throughput large) {
        say("\nCost per item at %,d beside that at %,d: %.2f in all, %.2f without start and end\n".formatted(large.items(), small.items(),
                small.itemsPerSecond() / large.itemsPerSecond(), small.steady() / large.steady()));
    }

    private void latency(Installation installation, StatusClient client) throws IOException {
        long[] millis = DispatchLatency.measure(installation, client, LATENCY_TASKS);
        say("\nDispatch latency, %d tasks, one a second: p50 %d ms, p95 %d ms, p99 %d ms\n".formatted(millis.length,
                Clocked.percentile(millis, 0.5), Clocked.percentile(millis, 0.95), Clocked.percentile(millis, 0.99)));
    }

    /** What a screen asks for: the status, and a page of items anywhere in the list. */
    private void answers(StatusClient client, String workload, int items) {
        say("\nOf a workload of %,d settled items, 20 requests a second: status %s; a page of 100 items %s\n".formatted(items,
                twentyASecond(n -> client.status(workload)),
                twentyASecond(n -> client.items(workload, (int) ((long) items * n / CALLS)))));
    }

    private static String twentyASecond(IntConsumer call) {
        long[] micros = new long[CALLS];
        for (int n = 0; n < CALLS; n++) {
            long start = System.nanoTime();
            call.accept(n);
            micros[n] = (System.nanoTime() - start) / 1_000;
            Clocked.pause(Math.max(0, 50 - micros[n] / 1_000));
        }
        return "p50 %.1f ms, p95 %.1f ms".formatted(Clocked.percentile(micros, 0.5) / 1e3, Clocked.percentile(micros, 0.95) / 1e3);
    }

    private static String lastWorkload(Installation installation) {
        return installation.jdbc.sql("SELECT workload_id FROM workload_run ORDER BY queued_at DESC LIMIT 1").query(String.class).single();
    }

    private void settings(Installation installation) {
        String settings = String.join(", ", installation.jdbc.sql("""
                SELECT name || ' ' || setting || coalesce(unit, '') FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit',
                    'full_page_writes', 'shared_buffers', 'wal_level', 'max_wal_size', 'work_mem', 'server_version') ORDER BY name
                """).query(String.class).list());
        say("\nPostgreSQL: " + settings + ". Processors: " + Runtime.getRuntime().availableProcessors() + ". Java: " + Runtime.version());
    }

    /** Line by line, so that a run that is cut short leaves what it has measured. */
    private void say(String line) {
        System.out.println(line);
        try {
            Files.writeString(TABLE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
