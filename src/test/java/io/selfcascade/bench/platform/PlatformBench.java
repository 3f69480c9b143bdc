package io.selfcascade.bench.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/**
 * What the platform costs per item when the item itself costs nothing, beside a plain queue that does equal work on the
 * same server. Run by {@code ./mvnw verify -Pbench-platform}; {@code -Dbench.items=1000000} adds a larger run. The table
 * is printed and written to {@code target/bench-platform/table.md}.
 */
class PlatformBench {

    private static final int WARM_UP = 10_000;
    private static final int SMALL = 10_000;
    private static final int LARGE = Integer.getInteger("bench.large", 100_000);
    private static final int OPTIONAL = Integer.getInteger("bench.items", 0);
    private static final int LATENCY_TASKS = Integer.getInteger("bench.latency", 60);
    private static final int STATUS_CALLS = 300;

    private final List<String> report = new ArrayList<>();

    @Test
    void measuresThePlatformWithoutItsModels() throws Exception {
        Path folder = Path.of("target", "bench-platform").toAbsolutePath();
        FileSystemUtils.deleteRecursively(folder);
        try (Installation installation = new Installation(folder)) {
            StatusClient client = new StatusClient(installation.port);
            installation.startWorker(false);
            Throughput.measure(installation, client, "warm-up", WARM_UP, 64);
            double queue = new QueueBaseline(installation).itemsPerSecond(LARGE);
            say(Throughput.header());
            say("| SKIP LOCKED queue, no Kafka | %,d | %.1f | %,.0f | 1.00 | | | | |".formatted(LARGE, LARGE / queue, queue));
            say(Throughput.measure(installation, client, "micro-batch 64", SMALL, 64).row(queue));
            say(Throughput.measure(installation, client, "micro-batch 64", LARGE, 64).row(queue));
            if (OPTIONAL > 0) {
                say(Throughput.measure(installation, client, "micro-batch 64", OPTIONAL, 64).row(queue));
            }
            status(client, lastWorkload(installation));
            say(Throughput.measure(installation, client, "micro-batch 8", SMALL, 8).row(queue));
            say(Throughput.measure(installation, client, "micro-batch 1", SMALL / 5, 1).row(queue));
            latency(installation, client);
            installation.startWorker(true);
            say(Throughput.measure(installation, client, "micro-batch 64, fsynced 16 KB files", SMALL / 5, 64).row(queue));
            settings(installation);
        }
        Files.write(folder.resolve("table.md"), report);
    }

    private void latency(Installation installation, StatusClient client) throws IOException {
        long[] millis = DispatchLatency.measure(installation, client, LATENCY_TASKS);
        say("\nDispatch latency, %d tasks, one a second: p50 %d ms, p95 %d ms, p99 %d ms\n".formatted(millis.length,
                Clocked.percentile(millis, 0.5), Clocked.percentile(millis, 0.95), Clocked.percentile(millis, 0.99)));
    }

    private void status(StatusClient client, String workload) {
        long[] micros = new long[STATUS_CALLS];
        for (int i = 0; i < STATUS_CALLS; i++) {
            long start = System.nanoTime();
            client.status(workload);
            micros[i] = (System.nanoTime() - start) / 1_000;
            Clocked.pause(Math.max(0, 50 - micros[i] / 1_000));
        }
        say("\nStatus of a workload of %,d settled items, 20 requests a second: p50 %.1f ms, p95 %.1f ms\n".formatted(Math.max(OPTIONAL, LARGE),
                Clocked.percentile(micros, 0.5) / 1e3, Clocked.percentile(micros, 0.95) / 1e3));
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

    private void say(String line) {
        report.add(line);
        System.out.println(line);
    }
}
