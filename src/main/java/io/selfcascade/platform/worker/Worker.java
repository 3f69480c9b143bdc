package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.role.LifecyclePhase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** A worker from its first beat to its last: the slots, and what they share. */
final class Worker implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration HANG_GRACE = Duration.ofSeconds(60);
    private static final int MOST_ORDERS = 100_000;

    private final Supplier<WorkerIdentity> lives;
    private final WorkerProperties properties;
    private final WorkerClients clients;
    private final WorkerFacts facts;
    private final Function<WorkerIdentity, TaskRunner> runners;
    private final Clock clock;
    private final ProcessExit exit;
    private final List<Thread> slots = new ArrayList<>();
    private volatile boolean started;
    private volatile boolean closing;
    private volatile boolean outOfTime;
    private Parts parts;

    /**
     * @param lives who the worker is from its next start on: the same name, a new boot
     * @param runners runs tasks in the name of that life
     */
    Worker(Supplier<WorkerIdentity> lives, WorkerProperties properties, WorkerClients clients, WorkerFacts facts,
            Function<WorkerIdentity, TaskRunner> runners, Clock clock, ProcessExit exit) {
        this.lives = lives;
        this.properties = properties;
        this.clients = clients;
        this.facts = facts;
        this.runners = runners;
        this.clock = clock;
        this.exit = exit;
    }

    /** Makes the topics, learns what is cancelled, says hello and takes work. */
    @Override
    public synchronized void start() {
        if (started) {
            return;
        }
        closing = false;
        outOfTime = false;
        clients.ensureTopics(properties.pool());
        WorkerIdentity identity = lives.get();
        TaskRunner runner = runners.apply(identity);
        parts = Parts.of(this, identity);
        parts.control.start();
        awaitControl();
        parts.beats.start();
        for (int slot = 0; slot < properties.slots(); slot++) {
            WorkerLoop loop = new WorkerLoop(identity, properties, clients, parts.control, parts.beats, parts.events,
                    runner, parts.watchdog, clock, exit, () -> closing);
            Thread thread = new Thread(loop, "worker-slot-" + slot);
            slots.add(thread);
            thread.start();
        }
        started = true;
        log.info("worker started worker={} boot={} pool={} slots={} models={}",
                identity.id(), identity.bootId(), properties.pool(), properties.slots(), facts.models());
    }

    /** Takes nothing new, finishes what it has begun if time allows, hands the rest back, says goodbye. */
    @Override
    public synchronized void stop() {
        if (!started) {
            return;
        }
        closing = true;
        parts.beats.changed();
        if (!join(properties.drainTimeout())) {
            parts.beats.running().forEach(run -> run.stop(RunStopped.Cause.DRAINING));
            join(PATIENCE);
            outOfTime = true;
            join(PATIENCE);
        }
        slots.clear();
        parts.close();
        started = false;
        log.info("worker stopped worker={} boot={}", parts.identity.id(), parts.identity.bootId());
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.WORKER;
    }

    private WorkerBeat.State state(ControlListener control) {
        return closing || control.isDraining() ? WorkerBeat.State.DRAINING : WorkerBeat.State.UP;
    }

    private void awaitControl() {
        try {
            if (!parts.control.awaitCaughtUp(PATIENCE)) {
                log.warn("control topic not read yet, cancelled tasks may start worker={}", parts.identity.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether every slot has ended */
    private boolean join(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            for (Thread slot : slots) {
                slot.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return slots.stream().noneMatch(Thread::isAlive);
    }

    /** What all slots of one start share. */
    private record Parts(WorkerIdentity identity, Producer<String, byte[]> producer, ControlListener control,
            BeatPublisher beats, EventPublisher events, RunWatchdog watchdog) {

        static Parts of(Worker worker, WorkerIdentity identity) {
            Topics topics = worker.clients.topics();
            Producer<String, byte[]> producer = worker.clients.producer();
            BeatPublisher[] beats = new BeatPublisher[1];
            CancelOrders cancelled = new CancelOrders(worker.clock, worker.properties.clockTolerance(), MOST_ORDERS,
                    order -> beats[0].running().stream().anyMatch(run -> order.cancels(run.message().dispatchId())));
            ControlListener control =
                    new ControlListener(identity.id(), worker.clients, cancelled, () -> beats[0].changed());
            beats[0] = new BeatPublisher(identity, worker.facts, worker.properties.beat(), producer,
                    topics.workers(), () -> worker.state(control), worker.clock);
            EventPublisher events = new EventPublisher(producer, topics.taskEvents(), () -> worker.outOfTime);
            return new Parts(identity, producer, control, beats[0], events, new RunWatchdog(HANG_GRACE, worker.exit));
        }

        void close() {
            watchdog.close();
            control.close();
            beats.close();
            producer.close(PATIENCE);
        }
    }
}
