package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.plan.WorkloadPlan;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Coordinators, workers, people and a broker around a ledger, in one thread and in a time of their own: every order of their
 * steps and everything that goes wrong comes from the seed, so that what failed once fails again. After each call of the ledger the
 * {@link Promises} are checked; once nothing goes wrong any more, every workload must end.
 */
final class Simulation {

    private static final int WORKLOADS = 2;
    private static final int MOST_WORKLOADS = 4;
    private static final Duration PATIENCE = Duration.ofHours(6);
    private static final int HISTORY = Integer.getInteger("simulation.history", 40);

    final Ledger ledger;
    final Faults faults;
    final SimulatedBroker broker;
    final List<SimulatedWorker> workers = new ArrayList<>();
    long now = Ledger.START;
    int steps;
    int calls;
    private final Random random;
    private final Promises promises = new Promises();
    private final People people;
    private final List<SimulatedCoordinator> coordinators;
    private final Map<UUID, List<NewItem>> lines = new HashMap<>();
    private final Map<String, String> artifacts = new HashMap<>();
    private final Deque<String> history = new ArrayDeque<>();
    private final int slowest;
    private long ledgerAt = Ledger.START;
    private @Nullable LedgerRows latest;

    Simulation(long seed, Ledger ledger) {
        this.random = new Random(seed);
        this.ledger = ledger;
        this.faults = new Faults(random);
        this.slowest = 10 + random.nextInt(5_000);
        this.broker = new SimulatedBroker(random, faults, promises.leases::stored);
        this.people = new People(random, this);
        workers.add(new SimulatedWorker(random, this, "w-1", "cpu", 1 + random.nextInt(2), 512));
        workers.add(new SimulatedWorker(random, this, "w-2", "cpu", 1, 256));
        workers.add(new SimulatedWorker(random, this, "w-3", "gpu", 1 + random.nextInt(2), 1024));
        this.coordinators = List.of(new SimulatedCoordinator("c-1", random, this), new SimulatedCoordinator("c-2", random, this));
        ledger.expectPartitions();
        for (int n = 0; n < WORKLOADS; n++) {
            open();
        }
    }

    /** @throws AssertionError if a promise is broken, or a workload does not end once nothing goes wrong any more */
    void run(Duration faulty) {
        long calm = now + faulty.toMillis();
        while (now < calm) {
            step();
        }
        faults.end();
        workers.forEach(SimulatedWorker::recover);
        coordinators.forEach(SimulatedCoordinator::recover);
        people.recover();
        long late = now + PATIENCE.toMillis();
        while (!isOver()) {
            step();
            if (now > late) {
                Promises.require(false, "G1 everything settles", PATIENCE + " after the last fault\n" + String.join("\n", rows().lines()));
            }
        }
        promises.checkEnd(rows(), lines, artifacts);
    }

    /** The last calls of the ledger, for whoever looks for the reason. */
    String history() {
        return String.join("\n", history);
    }

    private boolean isOver() {
        return broker.isQuiet() && rows().runs.stream().allMatch(run -> run.state.isTerminal())
                && rows().dispatches.stream().noneMatch(LedgerRows.Dispatch::isOpen);
    }

    private void step() {
        steps++;
        Actor next = people;
        for (SimulatedWorker worker : workers) {
            next = worker.nextAt() < next.nextAt() ? worker : next;
        }
        for (SimulatedCoordinator coordinator : coordinators) {
            for (Actor thread : coordinator.threads()) {
                next = thread.nextAt() < next.nextAt() ? thread : next;
            }
        }
        now = Math.max(now, next.nextAt());
        broker.deliverLate();
        next.act();
    }

    /** Moves the ledger's clock to the time of whoever calls it now: moving it is dear, and most steps do not call. */
    private void tickLedger() {
        ledger.tick(Duration.ofMillis(now - ledgerAt));
        ledgerAt = now;
    }

    /** How long the next effect of a thread takes: now and then much longer than it should. */
    long pause(int most) {
        return random.nextInt(40) == 0 ? random.nextInt(slowest) : 1 + random.nextInt(most);
    }

    /** Something happens to a process, or nothing. */
    void suffer() {
        if (random.nextBoolean()) {
            workers.get(random.nextInt(workers.size())).suffer();
        } else {
            coordinators.get(random.nextInt(coordinators.size())).suffer();
        }
    }

    /**
     * Does this to the ledger and checks what comes of it.
     *
     * @throws CallLostException if its caller does not learn of that, or it was never done
     */
    Object call(LedgerOperation operation) {
        if (faults.strike(Faults.Kind.CALL_LOST)) {
            throw new CallLostException();
        }
        calls++;
        history.add(steps + " " + (now - Ledger.START) + " " + operation);
        if (history.size() > HISTORY) {
            history.remove();
        }
        tickLedger();
        Object outcome = operation.outcome(ledger);
        latest = null;
        promises.check(operation, outcome, rows(), now);
        if (faults.strike(Faults.Kind.CALL_TIMEOUT)) {
            throw new CallLostException();
        }
        return outcome;
    }

    /** Only a flawed ledger looks at the clock of the process that calls. */
    void clockOfCaller(long error) {
        if (ledger instanceof LedgerModel model) {
            model.state.jvmAhead = error;
        }
    }

    LedgerRows rows() {
        latest = latest == null ? ledger.rows() : latest;
        return latest;
    }

    List<NewItem> lines(UUID workload) {
        return lines.get(workload);
    }

    /** Keeps an artifact under a key that nobody else has. */
    TaskSucceeded.Artifact store(String prefix, TaskSucceeded.Artifact like) {
        String key = prefix + "%08x".formatted(random.nextInt()) + ".safetensors";
        String sha256 = "%064x".formatted(random.nextLong());
        artifacts.put(key, sha256);
        return new TaskSucceeded.Artifact(key, like.mediaType(), sha256, like.bytes(), like.width(), like.height(), like.frames());
    }

    boolean mayOpen() {
        return lines.size() < MOST_WORKLOADS;
    }

    void open() {
        UUID workload = new UUID(random.nextLong(), random.nextLong());
        WorkloadPlan plan = RandomPlans.plan(random);
        lines.put(workload, RandomPlans.lines(random, plan));
        now++;
        tickLedger();
        ledger.open(workload, plan, RandomPlans.terms(random, now));
        latest = null;
        promises.opened(workload);
    }

    Run randomRun() {
        List<Run> runs = rows().runs;
        return runs.get(random.nextInt(runs.size()));
    }
}
