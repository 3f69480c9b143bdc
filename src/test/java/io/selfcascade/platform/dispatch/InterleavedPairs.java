package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.intake.GenerationRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A random history, of which now and then two calls happen at the same time. */
final class InterleavedPairs {

    private static final int BETWEEN = 25;

    final Map<String, Integer> played = new HashMap<>();
    int waits;
    int between;
    private final Random random;
    private final LedgerTwins twins = new LedgerTwins();
    private final RandomOperations operations;
    private final TestWorker worker = TestWorker.cpu();
    private final List<TaskMessage> messages = new ArrayList<>();
    private final List<ClaimedRun> claims = new ArrayList<>();

    InterleavedPairs(long seed) {
        random = new Random(seed);
        operations = new RandomOperations(seed, twins.model.state);
    }

    void play(int pairs) {
        for (int n = 0; n < pairs;) {
            for (int m = 0; m < BETWEEN; m++) {
                note(twins.apply(operations.next()));
            }
            List<LedgerOperation> pair = pair();
            if (!pair.isEmpty()) {
                if (!together(pair.get(0), pair.get(1))) {
                    return;
                }
                n++;
            }
        }
    }

    private void note(Object answer) {
        operations.note(answer);
        if (answer instanceof List<?> picked) {
            picked.forEach(message -> messages.add((TaskMessage) message));
        } else if (answer instanceof Optional<?> claim) {
            claim.ifPresent(run -> claims.add((ClaimedRun) run));
        }
    }

    /** Two calls that want the same rows, if there are such rows now. */
    private List<LedgerOperation> pair() {
        Optional<TaskMessage> message = choose(messages, this::isOpen);
        Optional<ClaimedRun> claim = choose(claims, run -> run(run).epoch == run.epoch() && !run(run).state.isTerminal());
        Optional<Run> ended = choose(twins.model.rows().runs, run -> run.state.isTerminal());
        LedgerOperation accept = message.map(this::accept).orElse(null);
        LedgerOperation cancelItem = message.map(sent -> sent.tasks().get(random.nextInt(sent.tasks().size())))
                .map(task -> new LedgerOperation.CancelItem(task.workloadId(), task.ordinal())).orElse(null);
        LedgerOperation cancel = claim.map(run -> new LedgerOperation.CancelWorkload(run, null)).orElse(null);
        LedgerOperation pick = new LedgerOperation.Pick("cpu");
        LedgerOperation advance = claim.map(run -> new LedgerOperation.Advance(run, RunState.FINALIZING, null)).orElse(null);
        LedgerOperation beats = message.map(sent -> new LedgerOperation.Beats(List.of(worker.beat(sent)))).orElse(null);
        LedgerOperation retry = ended.map(run -> new LedgerOperation.Retry(run.workloadId, GenerationRequest.EVERYTHING)).orElse(null);
        LedgerOperation promote = ended.map(run -> new LedgerOperation.Promote(run.workloadId, GenerationRequest.EVERYTHING)).orElse(null);
        LedgerOperation forget = ended.map(run -> new LedgerOperation.Forget(run.workloadId, run.generation)).orElse(null);
        LedgerOperation insert = choose(claims, run -> run(run).epoch == run.epoch() && run(run).state == RunState.VALIDATING
                && run(run).total == null && run(run).desired != Desired.CANCEL).map(this::insert).orElse(null);
        LedgerOperation open = choose(claims, run -> run(run).epoch == run.epoch() && run(run).state == RunState.IN_PROGRESS)
                .map(this::openPartition).orElse(null);
        return switch (random.nextInt(17)) {
            case 0 -> both(accept, cancelItem);
            case 1 -> both(accept, cancel);
            case 2 -> both(accept, new LedgerOperation.Reap());
            case 3 -> both(accept, message.map(this::accept).orElse(null));
            case 4 -> both(pick, cancel);
            case 5 -> both(pick, cancelItem);
            case 6 -> both(retry, forget);
            case 7 -> both(promote, forget);
            case 8 -> both(new LedgerOperation.Claim("c0"), new LedgerOperation.Claim("c1"));
            case 9 -> both(retry, retry);
            case 10 -> both(beats, new LedgerOperation.Reap());
            case 11 -> both(accept, advance);
            case 12 -> both(workload(insert), insert);
            case 13 -> both(workload(insert), insert);
            case 14 -> both(workload(open), open);
            case 15 -> both(message.map(sent -> cancel(sent.tasks().get(0).workloadId())).orElse(null), accept);
            default -> both(pick, accept);
        };
    }

    /** People cancel the workload that this call is about. */
    private static @Nullable LedgerOperation workload(@Nullable LedgerOperation operation) {
        return operation instanceof LedgerOperation.Insert insert ? cancel(insert.run().workloadId())
                : operation instanceof LedgerOperation.OpenPartition open ? cancel(open.run().workloadId()) : null;
    }

    private static LedgerOperation cancel(UUID workload) {
        return new LedgerOperation.Want(workload, Desired.CANCEL);
    }

    private LedgerOperation insert(ClaimedRun claim) {
        return new LedgerOperation.Insert(claim, operations.lines(claim.workloadId()));
    }

    private LedgerOperation openPartition(ClaimedRun claim) {
        return new LedgerOperation.OpenPartition(claim, new Partitioning(operations.lines(claim.workloadId()).size(), 4), 0);
    }

    private static List<LedgerOperation> both(@Nullable LedgerOperation first, @Nullable LedgerOperation second) {
        return first == null || second == null ? List.of() : List.of(first, second);
    }

    private <T> Optional<T> choose(List<T> from, Predicate<T> filter) {
        List<T> some = from.stream().filter(filter).toList();
        return some.isEmpty() ? Optional.empty() : Optional.of(some.get(random.nextInt(some.size())));
    }

    private Run run(ClaimedRun claim) {
        return twins.model.state.run(claim.workloadId());
    }

    private boolean isOpen(TaskMessage message) {
        return twins.model.state.dispatches(List.of(message.dispatchId())).stream().anyMatch(LedgerRows.Dispatch::isOpen);
    }

    private LedgerOperation accept(TaskMessage message) {
        List<TaskEvent> events = new ArrayList<>();
        message.tasks().forEach(task -> events.add(worker.succeeded(message, task, message.tasks().size())));
        return new LedgerOperation.Accept(events, 0);
    }

    /** Locks are not taken from now on. */
    void forgetLocks() {
        twins.sql.fixture.jdbc.rewrite(sql -> sql.replaceAll("FOR (UPDATE|SHARE)( OF [a-z]+)?( SKIP LOCKED)?", ""));
    }

    /** @return whether the model can follow */
    private boolean together(LedgerOperation first, LedgerOperation second) {
        TwoConnections connections = new TwoConnections(twins.sql, random);
        List<Object> answers = connections.call(first, second);
        waits += connections.waits();
        played.merge(first.getClass().getSimpleName() + "+" + second.getClass().getSimpleName(), 1, Integer::sum);
        List<String> differences = new ArrayList<>();
        for (Order order : orders(first, second)) {
            String difference = order.difference(answers);
            if (difference.isEmpty()) {
                order.happened();
                return true;
            }
            differences.add(order + "\n" + difference);
        }
        if (first instanceof LedgerOperation.Pick || first instanceof LedgerOperation.Want) {
            // Whose turn it is and what is ready are two statements, and a cancellation is several transactions: if the other came
            // in between, it is as neither order makes it, but must keep every promise all the same.
            new RowPromises().check(twins.sql.rows());
            between++;
            return false;
        }
        throw new AssertionError("Neither one after the other: " + first + " and " + second + "\n" + String.join("\n", differences));
    }

    private List<Order> orders(LedgerOperation first, LedgerOperation second) {
        List<Order> orders = new ArrayList<>(List.of(new Order(first, second, false), new Order(second, first, true)));
        if (passesOver(first)) {
            orders.add(new Order(new LedgerOperation.Passing(first, held(second)), second, false));
        }
        if (passesOver(second)) {
            orders.add(new Order(new LedgerOperation.Passing(second, held(first)), first, true));
        }
        return orders;
    }

    private static boolean passesOver(LedgerOperation operation) {
        return operation instanceof LedgerOperation.Pick || operation instanceof LedgerOperation.Claim
                || operation instanceof LedgerOperation.Reap;
    }

    /** What a call holds while it is under way. */
    private Set<String> held(LedgerOperation operation) {
        Set<String> held = new HashSet<>();
        if (operation instanceof LedgerOperation.Claim claim) {
            new Order(claim, claim, false).findClaim().ifPresent(run -> held.add("run " + run.workloadId()));
        } else if (operation instanceof LedgerOperation.Accept accept) {
            accept.events().forEach(event -> held.add("dispatch " + event.dispatchId()));
            tasks(task -> accept.events().stream().anyMatch(event -> event.taskId() == task.id), held);
        } else if (operation instanceof LedgerOperation.CancelItem cancel) {
            tasks(task -> task.workloadId.equals(cancel.workload()) && task.ordinal == cancel.ordinal(), held);
        } else if (operation instanceof LedgerOperation.CancelWorkload cancel) {
            tasks(task -> task.workloadId.equals(cancel.run().workloadId()), held);
        } else if (operation instanceof LedgerOperation.Beats beats) {
            beats.beats().forEach(beat -> beat.running().forEach(run -> held.add("dispatch " + run.dispatchId())));
        }
        return held;
    }

    private void tasks(Predicate<Task> which, Set<String> held) {
        twins.model.rows().tasks.stream().filter(which).forEach(task -> {
            held.add("task " + task.key());
            if (task.dispatchId != null) {
                held.add("dispatch " + task.dispatchId);
            }
        });
    }

    /** What the model does if one call comes after the other. */
    private final class Order {
        private final LedgerOperation first;
        private final LedgerOperation second;
        private final boolean isTurned;
        private final LedgerModel model = new LedgerModel(SqlLedger.RANKS);
        private final Object firstAnswer;
        private final Object secondAnswer;

        Order(LedgerOperation first, LedgerOperation second, boolean isTurned) {
            this.first = first;
            this.second = second;
            this.isTurned = isTurned;
            twins.history.forEach(operation -> operation.outcome(model));
            firstAnswer = first.outcome(model);
            secondAnswer = second.outcome(model);
        }

        Optional<ClaimedRun> findClaim() {
            return ((Optional<?>) firstAnswer).map(claim -> (ClaimedRun) claim);
        }

        /** @return how the SQL ledger differs, nothing if it does not */
        String difference(List<Object> answers) {
            try {
                twins.compareAnswers(firstAnswer, answers.get(isTurned ? 1 : 0));
                twins.compareAnswers(secondAnswer, answers.get(isTurned ? 0 : 1));
            } catch (AssertionError e) {
                return e.getMessage();
            }
            List<String> expected = model.rows().lines();
            List<String> actual = twins.sql.rows().lines();
            return expected.equals(actual) ? "" : LedgerTwins.difference(expected, actual);
        }

        /** The model of the history goes the same way. */
        void happened() {
            note(first.outcome(twins.model));
            note(second.outcome(twins.model));
            twins.history.add(first);
            twins.history.add(second);
        }

        @Override
        public String toString() {
            return first.getClass().getSimpleName() + " before " + second.getClass().getSimpleName();
        }
    }
}
