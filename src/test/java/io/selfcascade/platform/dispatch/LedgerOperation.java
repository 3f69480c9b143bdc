package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One call of a ledger with all it needs, so that a sequence of them can be written down and played again. */
sealed interface LedgerOperation {

    Object DONE = "done";

    /** @return what the call returned, {@link #DONE} if nothing */
    Object on(Ledger ledger);

    /** What the caller sees: what was returned, or the code of the failure. */
    default Object outcome(Ledger ledger) {
        try {
            return on(ledger);
        } catch (CascadeException e) {
            return e.code();
        }
    }

    private static Object done(Runnable call) {
        call.run();
        return DONE;
    }

    record Open(UUID workload, WorkloadPlan plan, Ledger.Terms terms) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.open(workload, plan, terms));
        }

        @Override
        public String toString() {
            return "Open[" + workload + ", " + terms + "]";
        }
    }

    record Claim(String owner) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.claim(owner);
        }
    }

    record Keep(ClaimedRun run) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.keep(run);
        }
    }

    record Release(ClaimedRun run, Duration rest) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.release(run, rest));
        }
    }

    record ReleaseAll() implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.releaseAll();
        }
    }

    record Insert(ClaimedRun run, List<NewItem> lines) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.insertItems(run, lines));
        }
    }

    record Settle(ClaimedRun run, Partitioning partitioning) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.settleTotal(run, partitioning);
        }
    }

    record OpenPartition(ClaimedRun run, Partitioning partitioning, int partition) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.openPartition(run, partitioning, partition);
        }
    }

    record Advance(ClaimedRun run, RunState state, @Nullable ErrorCode reason) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.advance(run, state, reason);
        }
    }

    record Publish(ClaimedRun run) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.publish(run, "results.g" + run.generation() + ".e" + run.epoch()));
        }
    }

    record CancelWorkload(ClaimedRun run, @Nullable ErrorCode reason) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.cancelWorkload(run, reason);
        }
    }

    record CancelItem(UUID workload, int ordinal) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.cancelItem(workload, ordinal));
        }
    }

    record Want(UUID workload, Desired desired) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.want(workload, desired));
        }
    }

    record WantAll(Desired desired) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.wantAll(desired);
        }
    }

    record CancelItems(UUID workload, List<Integer> ordinals) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.cancelItems(workload, ordinals);
        }
    }

    record Retry(UUID workload, GenerationRequest request) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.retry(workload, request));
        }
    }

    record Promote(UUID workload, GenerationRequest request) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.promote(workload, request));
        }
    }

    record Failing(UUID workload) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.isFailing(workload);
        }
    }

    record Edit(UUID workload, int priority) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.edit(workload, priority));
        }
    }

    record Forget(UUID workload, int generation) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.forgetPivots(workload, generation);
        }
    }

    record Pick(String pool) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.pick(pool);
        }
    }

    record Sent(List<TaskMessage> messages) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.sent(messages));
        }
    }

    record NotSent(TaskMessage message) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.notSent(message));
        }
    }

    record Accept(List<TaskEvent> events, double jitter) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.accept(events, jitter);
        }
    }

    record Beats(List<WorkerBeat> beats) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.beats(beats));
        }
    }

    record Reap() implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.reap();
        }
    }

    record ExpectPartitions() implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(ledger::expectPartitions);
        }
    }

    record CaughtUp(TopicPartition partition, long time) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.caughtUp(partition, time));
        }
    }

    record Clean() implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return ledger.clean();
        }
    }

    record Tick(Duration duration) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            return done(() -> ledger.tick(duration));
        }
    }

    /** The same while another transaction holds these rows, which it does not see. */
    record Passing(LedgerOperation operation, Set<String> held) implements LedgerOperation {
        @Override
        public Object on(Ledger ledger) {
            if (!(ledger instanceof LedgerModel model)) {
                return operation.on(ledger);
            }
            model.state.held.addAll(held);
            try {
                return operation.on(model);
            } finally {
                model.state.held.clear();
            }
        }
    }
}
