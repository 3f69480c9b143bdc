package io.selfcascade.bench.platform;

import io.selfcascade.platform.artifact.Sha256Stream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The plain thing: a table as a queue, claimed with {@code SKIP LOCKED} in batches of 64 by two threads. Equal work: a row
 * per item, an attempt per item, claimed in one transaction and done in another, a digest as its result.
 */
final class QueueBaseline {

    private static final int TOGETHER = 64;
    private static final int THREADS = 2;
    private static final int ROWS_PER_INSERT = 1_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;

    QueueBaseline(Installation installation) {
        jdbc = installation.jdbc;
        transactions = new TransactionTemplate(new JdbcTransactionManager(installation.dataSource));
    }

    double itemsPerSecond(int items) throws Exception {
        jdbc.sql("""
                CREATE TABLE baseline_item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, spec jsonb NOT NULL, seed bigint NOT NULL,
                  state text NOT NULL DEFAULT 'ready', result_sha256 bytea);
                CREATE INDEX baseline_ready ON baseline_item (id) WHERE state = 'ready';
                CREATE TABLE baseline_attempt (item_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), state text NOT NULL, PRIMARY KEY (item_id, at))
                """).update();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long start = System.nanoTime();
            ingest(items);
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(this::work));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
            return items / ((System.nanoTime() - start) / 1e9);
        } finally {
            threads.shutdownNow();
            jdbc.sql("DROP TABLE baseline_item, baseline_attempt").update();
        }
    }

    private void ingest(int items) {
        for (int from = 0; from < items; from += ROWS_PER_INSERT) {
            Long[] seeds = IntStream.range(from, Math.min(items, from + ROWS_PER_INSERT)).mapToObj(Long::valueOf).toArray(Long[]::new);
            jdbc.sql("""
                    INSERT INTO baseline_item (spec, seed) SELECT '{"prompt": "a red circle and a blue square"}', seed FROM unnest(:seeds) AS s(seed)
                    """).param("seeds", seeds).update();
        }
    }

    private void work() {
        while (true) {
            Long[] claimed = transactions.execute(status -> claim());
            if (claimed.length == 0) {
                return;
            }
            byte[][] results = new byte[claimed.length][];
            for (int i = 0; i < claimed.length; i++) {
                results[i] = HexFormat.of().parseHex(Sha256Stream.digest(ByteBuffer.allocate(64).putLong(claimed[i]).array()));
            }
            transactions.executeWithoutResult(status -> finish(claimed, results));
        }
    }

    private Long[] claim() {
        Long[] ids = jdbc.sql("""
                UPDATE baseline_item SET state = 'running' WHERE id IN
                    (SELECT id FROM baseline_item WHERE state = 'ready' ORDER BY id LIMIT :together FOR UPDATE SKIP LOCKED)
                RETURNING id
                """).param("together", TOGETHER).query(Long.class).list().toArray(Long[]::new);
        jdbc.sql("INSERT INTO baseline_attempt (item_id, state) SELECT id, 'running' FROM unnest(:ids) AS i(id)").param("ids", ids).update();
        return ids;
    }

    private void finish(Long[] ids, byte[][] results) {
        jdbc.sql("""
                UPDATE baseline_item i SET state = 'completed', result_sha256 = r.sha
                  FROM unnest(:ids, :results) AS r(id, sha) WHERE i.id = r.id
                """).param("ids", ids).param("results", results).update();
        jdbc.sql("UPDATE baseline_attempt SET state = 'succeeded' WHERE item_id = ANY(:ids)").param("ids", ids).update();
    }
}
