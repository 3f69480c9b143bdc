package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Decides which tasks go out next and writes that down; what it returns has been committed and is still to be sent. */
final class DispatchLedger {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final DispatchProperties properties;
    private final Tenants tenants;
    private final FairShare shares;
    private final ReadyTasks ready;

    DispatchLedger(JdbcClient jdbc, LedgerTransactions transactions, DispatchProperties properties, Tenants tenants) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
        this.tenants = tenants;
        this.shares = new FairShare(jdbc, tenants);
        this.ready = new ReadyTasks(jdbc, properties);
    }

    List<String> pools() {
        return jdbc.sql("SELECT name FROM pool ORDER BY name").query(String.class).list();
    }

    /** Fills the pool's window. @return the messages to send, in their order */
    List<TaskMessage> pick(String pool) {
        return transactions.run(() -> {
            if (!lock(pool)) {
                return List.of();
            }
            PoolCapacity capacity = PoolCapacity.of(jdbc, pool, properties);
            int free = capacity.free(properties.window());
            if (free == 0) {
                return List.of();
            }
            shares.admit(pool);
            TenantRoom room = TenantRoom.of(jdbc, tenants);
            List<TaskMessage> messages = new ArrayList<>();
            Set<UUID> passedOver = new HashSet<>();
            while (messages.size() < free) {
                Optional<FairShare.Turn> turn = shares.next(pool, capacity.pixels(), passedOver, room.full());
                if (turn.isEmpty()) {
                    break;
                }
                message(pool, turn.get(), room)
                        .ifPresentOrElse(messages::add, () -> passedOver.add(turn.get().workload()));
            }
            return messages;
        });
    }

    /** The broker has the messages: they may wait for a worker, allowing for the error of that worker's clock. */
    void sent(List<TaskMessage> messages) {
        transactions.run(() -> jdbc.sql("""
                UPDATE task_dispatch SET state = 'waiting', lease_until = created_at + :patience * interval '1 second'
                 WHERE id = ANY(:dispatches) AND state = 'sending'
                """)
                .param("patience", properties.queueTimeout().plus(properties.clockError()).toSeconds())
                .param("dispatches", messages.stream().map(TaskMessage::dispatchId).sorted().toArray(Long[]::new))
                .update());
    }

    /** The broker did not take the message: its tasks are ready again. */
    void notSent(TaskMessage message) {
        transactions.run(() -> {
            int closed = jdbc.sql("""
                    UPDATE task_dispatch SET state = 'closed', closed_at = ledger_now(), closed_by = 'send'
                     WHERE id = :dispatch AND state = 'sending'
                    """)
                    .param("dispatch", message.dispatchId())
                    .update();
            if (closed == 1) {
                jdbc.sql("UPDATE stage_task SET state = 'ready' WHERE dispatch_id = :dispatch AND state = 'dispatched'")
                        .param("dispatch", message.dispatchId())
                        .update();
            }
        });
    }

    /** One dispatcher at a time: who does not get the row leaves the pool to the one that has it. */
    private boolean lock(String pool) {
        return jdbc.sql("SELECT name FROM pool WHERE name = :pool FOR UPDATE SKIP LOCKED")
                .param("pool", pool)
                .query(String.class)
                .optional()
                .isPresent();
    }

    private Optional<TaskMessage> message(String pool, FairShare.Turn turn, TenantRoom room) {
        Optional<ReadyTasks.Lead> lead = ready.lead(pool, turn);
        if (lead.isEmpty()) {
            return Optional.empty();
        }
        ReadyTasks.Kind kind = ready.kind(pool, lead.get());
        List<ReadyTasks.Candidate> fitting =
                fitting(room.within(ready.fill(pool, lead.get(), kind.maxItems(), room.full())));
        // A little patience fills messages: the tasks of the next stage open one report at a time.
        boolean goesNow = fitting.size() >= kind.maxItems() || lead.get().isRipe();
        if (!goesNow) {
            return Optional.empty();
        }
        room.take(fitting);
        shares.charge(pool, turn, charges(fitting));
        return Optional.of(commitTo(pool, lead.get(), kind, fitting));
    }

    /** As many as a message may hold, but at least one. */
    private List<ReadyTasks.Candidate> fitting(List<ReadyTasks.Candidate> candidates) {
        List<ReadyTasks.Candidate> fitting = new ArrayList<>();
        long room = properties.maxMessage().toBytes() - 2_048;
        for (ReadyTasks.Candidate candidate : candidates) {
            room -= MessageJson.write(candidate.message(Integer.MAX_VALUE)).length + 1;
            if (room < 0 && !fitting.isEmpty()) {
                break;
            }
            fitting.add(candidate);
        }
        return fitting;
    }

    private static List<FairShare.Charge> charges(List<ReadyTasks.Candidate> tasks) {
        Map<UUID, FairShare.Charge> charges = new LinkedHashMap<>();
        tasks.forEach(task -> charges.merge(task.workload(), new FairShare.Charge(task.workload(), task.tenant(), 1),
                (all, one) -> new FairShare.Charge(all.workload(), all.tenant(), all.tasks() + one.tasks())));
        return List.copyOf(charges.values());
    }

    private TaskMessage commitTo(
            String pool, ReadyTasks.Lead lead, ReadyTasks.Kind kind, List<ReadyTasks.Candidate> tasks) {
        Opened dispatch = open(pool, lead.batchKey(), tasks);
        return new TaskMessage(
                dispatch.id(),
                pool,
                dispatch.expiresAt().toInstant(),
                (int) properties.lease().toSeconds(),
                (int) properties.beat().toSeconds(),
                kind.runLimitSeconds(),
                kind.settings().model(),
                kind.settings().stage(),
                tasks.stream().map(task -> task.message(dispatch.id())).toList());
    }

    private Opened open(String pool, long batchKey, List<ReadyTasks.Candidate> tasks) {
        return jdbc.sql("""
                WITH opened AS (
                    INSERT INTO task_dispatch (pool, batch_key, tasks, lease_until, created_at)
                    VALUES (:pool, :key, :count, ledger_now() + :lease * interval '1 second', ledger_now())
                    RETURNING id, created_at),
                fenced AS (
                    UPDATE stage_task SET state = 'dispatched', dispatch_id = opened.id
                      FROM opened WHERE stage_task.id = ANY(:tasks))
                SELECT id, created_at + :patience * interval '1 second' FROM opened
                """)
                .param("pool", pool)
                .param("key", batchKey)
                .param("count", tasks.size())
                .param("tasks", tasks.stream().map(ReadyTasks.Candidate::task).toArray(Long[]::new))
                .param("lease", properties.sendingLease().toSeconds())
                .param("patience", properties.queueTimeout().toSeconds())
                .query((rs, n) -> new Opened(rs.getLong(1), rs.getObject(2, OffsetDateTime.class)))
                .single();
    }

    private record Opened(long id, OffsetDateTime expiresAt) {}
}
