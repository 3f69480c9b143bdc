package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A coordinator: five threads, of which each step lets one have its next effect. A crash throws away what they have begun, a
 * stop only puts it off.
 */
final class SimulatedCoordinator {

    private static final int MOST_CLAIMS = 3;
    private static final long SESSION = 45_000;

    private final String name;
    private final Random random;
    private final Simulation simulation;
    private final Faults faults;
    private final List<Work> threads;
    private final List<ClaimedRun> claims = new ArrayList<>();
    private final Reader<TaskEvent> events;
    private final Reader<WorkerBeat> beats;
    /** How far its clock is from the ledger's. */
    private final long clockError;
    private long asleepSince;
    private long asleepUntil;

    SimulatedCoordinator(String name, Random random, Simulation simulation) {
        this.name = name;
        this.random = random;
        this.simulation = simulation;
        this.faults = simulation.faults;
        this.clockError = random.nextInt(1_200_000) - 600_000;
        this.events = new Reader<>(simulation.broker.events, 0);
        this.beats = new Reader<>(simulation.broker.beats, 1);
        this.threads = List.of(new Work(1_000, () -> dispatch("cpu")), new Work(2_000, () -> dispatch("gpu")),
                new Work(1_000, this::consume), new Work(4_000, () -> call(new LedgerOperation.Reap())), new Work(800, this::conduct));
    }

    /** So long silent that the broker gives its partitions to another. */
    private boolean isMissed() {
        return simulation.now < asleepUntil && simulation.now > asleepSince + SESSION;
    }

    void recover() {
        asleepUntil = 0;
    }

    List<? extends Actor> threads() {
        return threads;
    }

    /** One of the things that happen to processes. */
    void suffer() {
        if (faults.strike(Faults.Kind.COORDINATOR_CRASH)) {
            threads.forEach(thread -> thread.begun.clear());
            claims.clear();
            Stream.of(events, beats).forEach(Reader::leave);
            sleep(40_000);
        } else if (faults.strike(Faults.Kind.COORDINATOR_STOP)) {
            sleep(90_000);
        }
    }

    private void sleep(int most) {
        asleepSince = simulation.now < asleepUntil ? asleepSince : simulation.now;
        asleepUntil = simulation.now + random.nextInt(most);
    }

    private Object call(LedgerOperation operation) {
        return simulation.call(operation);
    }

    /** Picked and committed; then sent one by one; then told to the ledger. */
    private void dispatch(String pool) {
        Work thread = threads.get(pool.equals("cpu") ? 0 : 1);
        List<TaskMessage> sent = new ArrayList<>();
        for (Object picked : (List<?>) call(new LedgerOperation.Pick(pool))) {
            TaskMessage message = (TaskMessage) picked;
            thread.then(() -> {
                if (simulation.broker.send(message)) {
                    sent.add(message);
                } else {
                    call(new LedgerOperation.NotSent(message));
                }
            });
        }
        thread.then(() -> {
            if (!sent.isEmpty()) {
                call(new LedgerOperation.Sent(List.copyOf(sent)));
            }
        });
    }

    /** Events, beats, offsets, and then the watermark, whose time is taken before the ends are asked for. */
    private void consume() {
        Work thread = threads.get(2);
        events.poll();
        beats.poll();
        if (!events.batch.isEmpty()) {
            double jitter = random.nextInt(4) / 4.0;
            thread.then(() -> call(new LedgerOperation.Accept(events.batch, jitter)));
        }
        if (!beats.batch.isEmpty()) {
            thread.then(() -> {
                simulation.clockOfCaller(clockError);
                call(new LedgerOperation.Beats(beats.batch));
            });
        }
        thread.then(() -> {
            if (faults.strike(Faults.Kind.SEND_LOST)) {
                throw new CallLostException();
            }
            Stream.of(events, beats).forEach(Reader::commit);
        });
        thread.then(this::takeWatermark);
    }

    private void takeWatermark() {
        long time = simulation.now;
        threads.get(2).then(() -> Stream.of(events, beats).filter(Reader::isAtEnd).forEach(reader -> threads.get(2).then(
                () -> call(new LedgerOperation.CaughtUp(Ledger.PARTITIONS.get(reader.partition), time)))));
    }

    private void conduct() {
        if (claims.size() < MOST_CLAIMS && random.nextInt(claims.isEmpty() ? 1 : 4) == 0) {
            ((Optional<?>) call(new LedgerOperation.Claim(name))).ifPresent(claim -> claims.add((ClaimedRun) claim));
            return;
        }
        ClaimedRun claim = claims.get(random.nextInt(claims.size()));
        LedgerOperation next = random.nextInt(4) == 0 ? new LedgerOperation.Keep(claim)
                : new SimulatedJob(random, simulation, claim).next();
        try {
            Object outcome = call(next);
            if (next instanceof LedgerOperation.Release || outcome == ErrorCode.OWNERSHIP_LOST
                    || (next instanceof LedgerOperation.Keep && Boolean.FALSE.equals(outcome))) {
                claims.remove(claim);
            }
        } catch (CallLostException e) {
            if (random.nextBoolean()) {
                // The job ends, its run rests, and if not even that can be said, its lease ends.
                claims.remove(claim);
                call(new LedgerOperation.Release(claim, Duration.ofSeconds(10)));
            }
        }
    }

    /** A thread and what it has begun; one whose call is lost begins again. */
    private final class Work implements Actor {
        private final int rest;
        private final Runnable round;
        private final Deque<Runnable> begun = new ArrayDeque<>();
        private long nextAt;

        /** @param rest at most so long between two rounds */
        Work(int rest, Runnable round) {
            this.rest = rest;
            this.round = round;
        }

        void then(Runnable effect) {
            begun.add(effect);
        }

        @Override
        public long nextAt() {
            return Math.max(nextAt, asleepUntil);
        }

        @Override
        public void act() {
            try {
                (begun.isEmpty() ? round : begun.remove()).run();
            } catch (CallLostException e) {
                begun.clear();
            }
            nextAt = simulation.now + simulation.pause(begun.isEmpty() ? rest : 30);
        }
    }

    /** Its place in a partition, for as long as the broker leaves it that one. */
    private final class Reader<T> {
        private final SimulatedBroker.Topic<T> topic;
        private final int partition;
        private int position;
        private boolean isReading;
        private List<T> batch = List.of();

        Reader(SimulatedBroker.Topic<T> topic, int partition) {
            this.topic = topic;
            this.partition = partition;
        }

        /** Begins again at what is committed if the partition is new to it, or if the last batch was never committed. */
        void poll() {
            batch = List.of();
            if (topic.reader == null || topic.reader.isMissed() || faults.strike(Faults.Kind.REBALANCE)) {
                topic.reader = SimulatedCoordinator.this;
                isReading = false;
            }
            if (topic.reader != SimulatedCoordinator.this) {
                isReading = false;
                return;
            }
            if (!isReading || position != topic.committed) {
                position = topic.committed;
                isReading = true;
            }
            batch = topic.read(position, 1 + random.nextInt(20));
            position += batch.size();
        }

        void commit() {
            if (topic.reader == SimulatedCoordinator.this) {
                topic.committed = position;
            } else {
                isReading = false;
            }
        }

        boolean isAtEnd() {
            return isReading && position >= topic.records.size();
        }

        void leave() {
            isReading = false;
            batch = List.of();
        }
    }
}
