package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Applies the beats of workers: who is there, what runs, and which leases end because their worker started anew. */
final class BeatLedger {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Pools pools;
    private final DispatchSignal signal;
    private final DispatchProperties properties;
    private final BeatOrder order;

    BeatLedger(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Pools pools,
            DispatchSignal signal,
            DispatchProperties properties) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.pools = pools;
        this.signal = signal;
        this.properties = properties;
        this.order = new BeatOrder(jdbc, properties.lease());
    }

    /** Applies beats in the order of the topic. Beats applied before, by whomever, change nothing. */
    void apply(List<WorkerBeat> beats) {
        if (beats.isEmpty()) {
            return;
        }
        transactions.run(() -> {
            pools.ensure(beats.stream().map(WorkerBeat::pool).toList());
            List<WorkerBeat> news = order.news(beats);
            lock(news);
            for (WorkerBeat beat : news) {
                renew(beat);
                endFormerLeases(beat);
                register(beat);
            }
            signal.raise();
        });
    }

    private void lock(List<WorkerBeat> beats) {
        List<Long> running = new ArrayList<>();
        beats.forEach(beat -> beat.running().forEach(run -> running.add(run.dispatchId())));
        jdbc.sql("""
                SELECT id FROM task_dispatch
                 WHERE state <> 'closed' AND (id = ANY(:running) OR worker_id = ANY(:workers))
                 ORDER BY id FOR UPDATE
                """)
                .param("running", running.toArray(Long[]::new))
                .param("workers", beats.stream().map(WorkerBeat::workerId).distinct().toArray(String[]::new))
                .query(Long.class)
                .list();
    }

    private void renew(WorkerBeat beat) {
        jdbc.sql("""
                UPDATE task_dispatch
                   SET state = 'running', started_at = coalesce(started_at, ledger_now()), worker_id = :worker, boot_id = :boot,
                       lease_until = ledger_now() + :lease * interval '1 second'
                 WHERE id = ANY(:running) AND state <> 'closed'
                """)
                .param("worker", beat.workerId())
                .param("boot", beat.bootId())
                .param("lease", properties.lease().toSeconds())
                .param("running", running(beat))
                .update();
    }

    /** A process that started anew, or said goodbye, holds nothing of before. */
    private void endFormerLeases(WorkerBeat beat) {
        jdbc.sql("""
                UPDATE task_dispatch SET lease_until = least(lease_until, ledger_now()), closed_by = 'boot'
                 WHERE worker_id = :worker AND state <> 'closed' AND NOT id = ANY(:running)
                   AND (boot_id <> :boot OR :gone)
                """)
                .param("worker", beat.workerId())
                .param("running", running(beat))
                .param("boot", beat.bootId())
                .param("gone", beat.state() == WorkerBeat.State.GONE)
                .update();
    }

    private void register(WorkerBeat beat) {
        jdbc.sql("""
                INSERT INTO worker (id, boot_id, pool, slots, device, models, state, last_seen)
                VALUES (:id, :boot, :pool, :slots, :device::jsonb, to_jsonb(:models::text[]), :state, ledger_now())
                ON CONFLICT (id) DO UPDATE
                   SET boot_id = excluded.boot_id, pool = excluded.pool, slots = excluded.slots, device = excluded.device,
                       models = excluded.models, state = excluded.state, last_seen = excluded.last_seen
                """)
                .param("id", beat.workerId())
                .param("boot", beat.bootId())
                .param("pool", beat.pool())
                .param("slots", beat.slots())
                .param("device", new String(MessageJson.write(beat.device()), StandardCharsets.UTF_8))
                .param("models", beat.models().toArray(String[]::new))
                .param("state", beat.state().name().toLowerCase(Locale.ROOT))
                .update();
    }

    private static Long[] running(WorkerBeat beat) {
        return beat.running().stream().map(WorkerBeat.Running::dispatchId).toArray(Long[]::new);
    }
}
