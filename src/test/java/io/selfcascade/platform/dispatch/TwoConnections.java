package io.selfcascade.platform.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Two calls of the SQL ledger at the same time, each on a connection of its own. Both stop before every statement and before every
 * commit; a seeded choice says which goes on. Whoever waits for a lock of the other is found in the server's own list.
 */
final class TwoConnections {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SqlLedger ledger;
    private final JdbcClient watching;
    private final Random random;
    private final List<Caller> callers = new ArrayList<>();
    private int waits;

    TwoConnections(SqlLedger ledger, Random random) {
        this.ledger = ledger;
        this.watching = JdbcClient.create(ledger.fixture.database.dataSource());
        this.random = random;
    }

    /** @return what the two answered, in this order */
    List<Object> call(LedgerOperation first, LedgerOperation second) {
        callers.add(new Caller(first));
        callers.add(new Caller(second));
        callers.forEach(caller -> caller.thread.start());
        long until = System.nanoTime() + PATIENCE;
        lock.lock();
        try {
            while (!callers.stream().allMatch(caller -> caller.state == State.DONE)) {
                awaitRest(until);
                List<Caller> stopped = callers.stream().filter(caller -> caller.state == State.STOPPED).toList();
                if (!stopped.isEmpty()) {
                    stopped.get(random.nextInt(stopped.size())).state = State.RUNNING;
                    changed.signalAll();
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
        callers.stream().filter(caller -> caller.failure != null).findFirst().ifPresent(caller -> {
            throw new AssertionError(caller.operation + " failed", caller.failure);
        });
        return callers.stream().map(caller -> caller.answer).toList();
    }

    /** How often one waited for the other. */
    int waits() {
        return waits;
    }

    /** Until nobody runs who does not wait for a lock. */
    private void awaitRest(long until) throws InterruptedException {
        while (true) {
            long running = callers.stream().filter(caller -> caller.state == State.RUNNING).count();
            if (running == 0) {
                return;
            }
            if (!changed.await(1, TimeUnit.MILLISECONDS) && running == waitingForLocks()) {
                if (running == callers.size()) {
                    throw new AssertionError("Each waits for the other: " + callers);
                }
                waits++;
                if (callers.stream().anyMatch(caller -> caller.state == State.STOPPED)) {
                    return;
                }
            }
            if (System.nanoTime() > until) {
                throw new AssertionError("Not over in time: " + callers);
            }
        }
    }

    private long waitingForLocks() {
        return watching.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .query(Long.class).single();
    }

    private enum State { RUNNING, STOPPED, DONE }

    private final class Caller {
        private final LedgerOperation operation;
        private final Thread thread = new Thread(this::run, "caller");
        private State state = State.RUNNING;
        private Object answer = LedgerOperation.DONE;
        private @Nullable Throwable failure;

        Caller(LedgerOperation operation) {
            this.operation = operation;
        }

        private void run() {
            ledger.fixture.jdbc.beforeEach(this::beforeStatement);
            try {
                answer = operation.outcome(ledger);
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                ledger.fixture.jdbc.beforeEach(null);
                become(State.DONE);
            }
        }

        private void beforeStatement() {
            if (TransactionSynchronizationManager.isSynchronizationActive()
                    && TransactionSynchronizationManager.getSynchronizations().isEmpty()) {
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        become(State.STOPPED);
                    }
                });
            }
            become(State.STOPPED);
        }

        private void become(State next) {
            lock.lock();
            try {
                state = next;
                changed.signalAll();
                while (state == State.STOPPED) {
                    changed.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public String toString() {
            return state + " " + operation;
        }
    }
}
