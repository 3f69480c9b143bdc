package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * A broker that loses what it has not acknowledged, stores what it has not, stores twice, late and in another order;
 * what it has acknowledged it keeps. Task messages are a share group: locked when polled, gone when accepted.
 */
final class SimulatedBroker {

    private static final long LOCK = 30_000;
    private static final int MOST_DELIVERIES = 5;

    final Topic<TaskEvent> events = new Topic<>();
    final Topic<WorkerBeat> beats = new Topic<>();
    private final Random random;
    private final Faults faults;
    private final List<Delivery> tasks = new ArrayList<>();
    private final List<Runnable> late = new ArrayList<>();
    private final BiConsumer<WorkerBeat, Long> watching;

    /** @param watching is told of every beat when it is stored, and when that is */
    SimulatedBroker(Random random, Faults faults, BiConsumer<WorkerBeat, Long> watching) {
        this.random = random;
        this.faults = faults;
        this.watching = watching;
    }

    /** @return whether the sender sees an acknowledgement */
    boolean send(TaskMessage message) {
        return store(() -> tasks.add(random.nextInt(tasks.size() + 1), new Delivery(message)));
    }

    /** What is in front of another record that nobody has read might as well lie in another partition. */
    boolean send(TaskEvent event) {
        return store(() -> {
            int end = events.records.size();
            boolean isReordered = faults.strike(Faults.Kind.REORDER);
            events.records.add(isReordered ? end - random.nextInt(end - events.furthest + 1) : end, event);
        });
    }

    boolean send(WorkerBeat beat, Simulation simulation) {
        return store(() -> {
            beats.records.add(beat);
            watching.accept(beat, simulation.now);
        });
    }

    private boolean store(Runnable storing) {
        if (faults.strike(Faults.Kind.SEND_LOST)) {
            return false;
        }
        if (faults.strike(Faults.Kind.DELAY)) {
            late.add(storing);
            return false;
        }
        storing.run();
        if (faults.strike(Faults.Kind.DUPLICATE)) {
            storing.run();
        }
        return !faults.strike(Faults.Kind.SEND_TIMEOUT);
    }

    void deliverLate() {
        if (!late.isEmpty() && random.nextInt(8) == 0) {
            late.remove(random.nextInt(late.size())).run();
        }
    }

    /** Nothing has been sent that is not read, nothing that is not applied. */
    boolean isQuiet() {
        return late.isEmpty() && events.isRead() && beats.isRead();
    }

    /** A message nobody holds, locked for the caller. One that nobody accepts is given up in the end. */
    Optional<Delivery> poll(String pool, long now) {
        tasks.removeIf(delivery -> delivery.lockedUntil < now && delivery.count >= MOST_DELIVERIES);
        Optional<Delivery> free = tasks.stream()
                .filter(delivery -> delivery.message.pool().equals(pool) && delivery.lockedUntil < now).findFirst();
        free.ifPresent(delivery -> {
            delivery.lockedUntil = now + LOCK;
            delivery.count++;
        });
        return free;
    }

    /** @return whether the caller knows that it alone has the message */
    boolean accept(Delivery delivery, int count, long now) {
        boolean isHeld = delivery.count == count && delivery.lockedUntil >= now;
        if (!isHeld || faults.strike(Faults.Kind.SEND_LOST)) {
            return false;
        }
        return tasks.remove(delivery) && !faults.strike(Faults.Kind.SEND_TIMEOUT);
    }

    /** A task message in the share group, and which time it is handed out. */
    static final class Delivery {
        final TaskMessage message;
        long lockedUntil = -1;
        int count;

        Delivery(TaskMessage message) {
            this.message = message;
        }
    }

    /** One partition and its consumer group. */
    static final class Topic<T> {
        final List<T> records = new ArrayList<>();
        int committed;
        SimulatedCoordinator reader;
        private int furthest;

        List<T> read(int from, int most) {
            List<T> batch = List.copyOf(records.subList(from, Math.min(records.size(), from + most)));
            furthest = Math.max(furthest, from + batch.size());
            return batch;
        }

        boolean isRead() {
            return committed >= records.size();
        }
    }
}
