package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * One process of a worker, one effect at a time: poll, announce, accept, run, store, report. Between any two it may die, or
 * sleep and go on as if nothing had been.
 */
final class SimulatedWorker implements Actor {

    private static final int BEAT = 5_000;
    private static final List<ErrorCode> FAILURES = List.of(ErrorCode.INTERNAL, ErrorCode.RUN_LIMIT_EXCEEDED,
            ErrorCode.DEVICE_OUT_OF_MEMORY, ErrorCode.NON_FINITE, ErrorCode.ARTIFACT_CORRUPT);
    private static final List<TaskDeclined.Reason> REASONS = List.of(TaskDeclined.Reason.values());

    private final Random random;
    private final Simulation simulation;
    private final SimulatedBroker broker;
    private final Faults faults;
    private final TestWorker worker;
    private final int side;
    private final List<Slot> slots = new ArrayList<>();
    private long nextAt;
    private long nextBeat;
    private long asleepUntil;
    private long cutOffUntil;
    private long retiredAt = Long.MAX_VALUE;

    SimulatedWorker(Random random, Simulation simulation, String id, String pool, int slots, int side) {
        this.random = random;
        this.simulation = simulation;
        this.broker = simulation.broker;
        this.faults = simulation.faults;
        this.side = side;
        this.worker = new TestWorker(id, pool, slots).upTo(side);
        start();
    }

    private void start() {
        worker.restart();
        worker.boot = new UUID(random.nextLong(), random.nextLong());
        slots.clear();
        nextBeat = 0;
    }

    @Override
    public long nextAt() {
        return Math.max(nextAt, asleepUntil);
    }

    @Override
    public void act() {
        if (simulation.now >= retiredAt) {
            simulation.workers.remove(this);
            return;
        }
        if (simulation.now >= nextBeat) {
            say(WorkerBeat.State.UP);
            nextBeat = simulation.now + BEAT;
        } else if (slots.size() < worker.slots && (slots.isEmpty() || random.nextBoolean())) {
            poll();
        } else {
            slots.get(random.nextInt(slots.size())).advance();
        }
        boolean isBusy = slots.stream().anyMatch(slot -> slot.stage != Stage.RUNNING);
        nextAt = Math.min(nextBeat, simulation.now + simulation.pause(isBusy ? 30 : 1_000));
    }

    private void poll() {
        if (!isCutOff()) {
            broker.poll(worker.pool, simulation.now).ifPresent(delivery -> slots.add(new Slot(delivery, delivery.count)));
        }
    }

    /** One of the things that happen to processes. */
    void suffer() {
        if (faults.strike(Faults.Kind.WORKER_CRASH)) {
            start();
            asleepUntil = simulation.now + random.nextInt(60_000);
        } else if (faults.strike(Faults.Kind.WORKER_GOODBYE)) {
            slots.clear();
            say(WorkerBeat.State.GONE);
            start();
            asleepUntil = simulation.now + random.nextInt(60_000);
        } else if (faults.strike(Faults.Kind.WORKER_CUT_OFF)) {
            cutOffUntil = simulation.now + random.nextInt(90_000);
        } else if (faults.strike(Faults.Kind.WORKER_STOP)) {
            asleepUntil = simulation.now + random.nextInt(120_000);
            if (retiredAt == Long.MAX_VALUE && faults.strike(Faults.Kind.WORKER_REPLACED)) {
                retiredAt = asleepUntil + random.nextInt(60_000);
                simulation.workers.add(new SimulatedWorker(random, simulation, worker.id, worker.pool, worker.slots, side));
            }
        }
    }

    /** Nothing keeps it from working any more. */
    void recover() {
        asleepUntil = 0;
        cutOffUntil = 0;
    }

    private boolean isCutOff() {
        return simulation.now < cutOffUntil;
    }

    private boolean say(WorkerBeat.State state) {
        WorkerBeat beat = worker.beat(state, slots.stream().map(slot -> slot.delivery.message).toArray(TaskMessage[]::new));
        return !isCutOff() && broker.send(new WorkerBeat(beat.workerId(), beat.bootId(), beat.seq(), beat.pool(), beat.slots(),
                beat.state(), beat.device(), List.of("scenes", "other"), beat.running()), simulation);
    }

    private boolean tooLarge(TaskMessage message) {
        return message.stage().size().pixels() > worker.maxPixels;
    }

    private TaskEvent outcome(TaskMessage message, TaskMessage.Task task, int forwards) {
        if (faults.strike(Faults.Kind.TASK_FAILED)) {
            return worker.failed(message, task, FAILURES.get(random.nextInt(FAILURES.size())));
        }
        if (faults.strike(Faults.Kind.TASK_DECLINED)) {
            return worker.declined(message, task, REASONS.get(random.nextInt(REASONS.size())));
        }
        TaskSucceeded done = (TaskSucceeded) worker.succeeded(message, task, forwards);
        TaskSucceeded.Artifact artifact = simulation.store(task.outputPrefix(), done.artifact());
        return new TaskSucceeded(done.taskId(), done.dispatchId(), done.workloadId(), done.ordinal(), done.stage(), done.workerId(),
                done.bootId(), done.at(), artifact, null, forwards, done.timingsMs());
    }

    private enum Stage { POLLED, REFUSED, ANNOUNCED, RUNNING, REPORTING }

    /** Rule 1 for one message. A slot that is given up or done leaves the worker. */
    private final class Slot {
        private final SimulatedBroker.Delivery delivery;
        private final int count;
        private final Deque<TaskEvent> reports = new ArrayDeque<>();
        private Stage stage = Stage.POLLED;
        private long doneAt;

        Slot(SimulatedBroker.Delivery delivery, int count) {
            this.delivery = delivery;
            this.count = count;
        }

        void advance() {
            TaskMessage message = delivery.message;
            switch (stage) {
                case POLLED -> {
                    boolean isLate = simulation.now > message.expiresAt().toEpochMilli() + 60_000;
                    if (isLate || tooLarge(message)) {
                        refuse(isLate ? TaskDeclined.Reason.EXPIRED : TaskDeclined.Reason.UNSUPPORTED);
                    } else {
                        moveOn(say(WorkerBeat.State.UP), Stage.ANNOUNCED);
                    }
                }
                case ANNOUNCED -> {
                    moveOn(!isCutOff() && broker.accept(delivery, count, simulation.now), Stage.RUNNING);
                    doneAt = simulation.now + random.nextInt(8_000);
                }
                case RUNNING -> {
                    if (simulation.now >= doneAt) {
                        int forwards = 1 + random.nextInt(message.tasks().size());
                        message.tasks().forEach(task -> reports.add(outcome(message, task, forwards)));
                        stage = Stage.REPORTING;
                    }
                }
                case REFUSED, REPORTING -> report();
            }
        }

        private void refuse(TaskDeclined.Reason reason) {
            delivery.message.tasks().forEach(task -> reports.add(worker.declined(delivery.message, task, reason)));
            stage = Stage.REFUSED;
        }

        private void moveOn(boolean isSure, Stage to) {
            if (isSure) {
                stage = to;
            } else {
                slots.remove(this);
            }
        }

        /** One report, again and again until it is acknowledged; what is refused leaves the queue only then. */
        private void report() {
            if (!isCutOff() && broker.send(reports.element())) {
                reports.remove();
            }
            if (reports.isEmpty()) {
                if (stage == Stage.REFUSED) {
                    broker.accept(delivery, count, simulation.now);
                }
                slots.remove(this);
            }
        }
    }
}
