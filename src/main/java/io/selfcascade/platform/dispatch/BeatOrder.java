package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tells news from echoes: a beat whose number is not above its boot's last one, or of a boot that another has followed.
 *
 * <p>Decided in the transaction that applies the beats, from what the ledger has seen, so that it is the same for a
 * coordinator that has just started as for one that was always there.
 */
final class BeatOrder {

    private final JdbcClient jdbc;
    private final Duration lease;

    /** @param lease how long a boot is silent that has lost its worker's place */
    BeatOrder(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    /**
     * Takes note of the beats in the caller's transaction, whose rollback undoes that too.
     *
     * @param beats in the order of the topic
     * @return of each boot the last beat that is news, in the same order
     */
    List<WorkerBeat> news(List<WorkerBeat> beats) {
        String[] workers = column(beats, WorkerBeat::workerId, String[]::new);
        String[] boots = column(beats, beat -> beat.bootId().toString(), String[]::new);
        lock(workers);
        see(workers, boots);
        Long[] seqs = column(beats, WorkerBeat::seq, Long[]::new);
        followTheSilent(workers, boots, seqs);
        return number(workers, boots, seqs).stream().map(beats::get).toList();
    }

    /** All boots of the workers, so that of two coordinators the second decides after the first. */
    private void lock(String[] workers) {
        jdbc.sql("""
                SELECT boot_id FROM worker_boot WHERE worker_id = ANY(:workers) ORDER BY worker_id, arrival FOR UPDATE
                """)
                .param("workers", workers)
                .query()
                .listOfRows();
    }

    /** Boots arrive in the order in which the batch first names them. */
    private void see(String[] workers, String[] boots) {
        jdbc.sql("""
                INSERT INTO worker_boot (worker_id, boot_id, first_seen, last_seen)
                SELECT worker, boot, ledger_now(), ledger_now()
                  FROM unnest(:workers::text[], :boots::uuid[]) WITH ORDINALITY AS beat(worker, boot, place)
                 GROUP BY worker, boot
                 ORDER BY worker, min(place)
                ON CONFLICT ON CONSTRAINT worker_boot_once DO UPDATE SET last_seen = excluded.last_seen
                """)
                .param("workers", workers)
                .param("boots", boots)
                .update();
    }

    /**
     * A former boot that speaks while all its successors are silent is the last again. Otherwise one beat that came late, of a
     * process that is gone, would silence the process that lives for good.
     */
    private void followTheSilent(String[] workers, String[] boots, Long[] seqs) {
        jdbc.sql("""
                WITH silent AS (
                    SELECT coalesce(min(caught_up_at), '-infinity') - :lease * interval '1 second' AS since FROM event_watermark),
                back AS (
                    SELECT DISTINCT ON (own.worker_id) own.worker_id, own.boot_id
                      FROM unnest(:workers::text[], :boots::uuid[], :seqs::bigint[]) AS beat(worker, boot, seq)
                      JOIN worker_boot own ON own.worker_id = beat.worker AND own.boot_id = beat.boot
                     WHERE beat.seq > own.seq
                       AND EXISTS (SELECT FROM worker_boot later
                                    WHERE later.worker_id = own.worker_id AND later.arrival > own.arrival)
                       AND NOT EXISTS (SELECT FROM worker_boot later
                                        WHERE later.worker_id = own.worker_id AND later.arrival > own.arrival
                                          AND later.last_seen >= (SELECT since FROM silent))
                     ORDER BY own.worker_id, own.arrival DESC)
                UPDATE worker_boot AS w SET arrival = DEFAULT
                  FROM back b
                 WHERE w.worker_id = b.worker_id AND w.boot_id = b.boot_id
                """)
                .param("workers", workers)
                .param("boots", boots)
                .param("seqs", seqs)
                .param("lease", lease.toSeconds())
                .update();
    }

    /**
     * A former boot's last words count if they stand before its successor's first: what it announced there ends with it.
     * A successor without a number has first spoken in this batch.
     *
     * @return places of the news in the batch, from 0, ascending
     */
    private List<Integer> number(String[] workers, String[] boots, Long[] seqs) {
        return jdbc.sql("""
                WITH beat AS (
                    SELECT * FROM unnest(:workers::text[], :boots::uuid[], :seqs::bigint[]) WITH ORDINALITY
                                      AS beat(worker, boot, seq, place)),
                latest AS (
                    SELECT DISTINCT ON (b.worker, b.boot) b.*
                      FROM beat b
                      JOIN worker_boot own ON own.worker_id = b.worker AND own.boot_id = b.boot
                     WHERE b.seq > own.seq
                       AND NOT EXISTS (SELECT FROM worker_boot later
                                        WHERE later.worker_id = b.worker AND later.arrival > own.arrival
                                          AND (later.seq > 0
                                               OR b.place > (SELECT min(f.place) FROM beat f
                                                              WHERE f.worker = b.worker AND f.boot = later.boot_id)))
                     ORDER BY b.worker, b.boot, b.seq DESC, b.place),
                noted AS (
                    UPDATE worker_boot AS w SET seq = l.seq
                      FROM latest l
                     WHERE w.worker_id = l.worker AND w.boot_id = l.boot
                    RETURNING l.place)
                SELECT place - 1 FROM noted ORDER BY place
                """)
                .param("workers", workers)
                .param("boots", boots)
                .param("seqs", seqs)
                .query(Integer.class)
                .list();
    }

    private static <T> T[] column(List<WorkerBeat> beats, Function<WorkerBeat, T> value, IntFunction<T[]> make) {
        return beats.stream().map(value).toArray(make);
    }
}
