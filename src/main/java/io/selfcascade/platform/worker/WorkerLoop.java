package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskDeclined.Reason;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.spec.CascadeException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One slot: takes a task message, announces it, takes it off the queue for good, runs it, takes the next.
 *
 * <p>The queue is only the hand-off. Until the message is acknowledged, Kafka gives it to another worker if this one
 * dies; from then on only the ledger's lease does, so a worker's death costs one attempt however long the run was.
 */
final class WorkerLoop implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(WorkerLoop.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final WorkerIdentity identity;
    private final WorkerProperties properties;
    private final WorkerClients clients;
    private final ControlListener control;
    private final BeatPublisher beats;
    private final EventPublisher events;
    private final TaskRunner runner;
    private final RunWatchdog watchdog;
    private final Clock clock;
    private final ProcessExit exit;
    private final BooleanSupplier closing;

    /** @param closing whether the worker shuts down: no new message is taken */
    WorkerLoop(WorkerIdentity identity, WorkerProperties properties, WorkerClients clients, ControlListener control,
            BeatPublisher beats, EventPublisher events, TaskRunner runner, RunWatchdog watchdog, Clock clock,
            ProcessExit exit, BooleanSupplier closing) {
        this.identity = identity;
        this.properties = properties;
        this.clients = clients;
        this.control = control;
        this.beats = beats;
        this.events = events;
        this.runner = runner;
        this.watchdog = watchdog;
        this.clock = clock;
        this.exit = exit;
        this.closing = closing;
    }

    @Override
    public void run() {
        while (!closing.getAsBoolean()) {
            if (control.isDraining()) {
                Pause.of(POLL);
                continue;
            }
            try {
                serve();
            } catch (RuntimeException e) {
                // Whatever a broker or a message did, a slot that ended would be a worker that silently does nothing.
                log.warn("slot failed, trying again worker={} reason={}", identity.id(), e.getMessage(), e);
                Pause.of(AFTER_FAILURE);
            } catch (VirtualMachineError | LinkageError e) {
                log.error("virtual machine is broken, ending the process exit_code={}", ProcessExit.BROKEN_JVM, e);
                exit.exit(ProcessExit.BROKEN_JVM);
                return;
            }
        }
    }

    /** Closing the consumer gives what it holds back to the group at once. */
    private void serve() {
        try (ShareConsumer<String, byte[]> consumer = clients.shareConsumer(properties.pool())) {
            consumer.subscribe(List.of(clients.topics().tasks(properties.pool())));
            while (!closing.getAsBoolean() && !control.isDraining()) {
                for (ConsumerRecord<String, byte[]> handOff : consumer.poll(POLL)) {
                    take(consumer, handOff);
                }
            }
        }
    }

    private void take(ShareConsumer<String, byte[]> consumer, ConsumerRecord<String, byte[]> handOff) {
        TaskMessage message;
        try {
            message = MessageJson.readTask(handOff.value());
        } catch (CascadeException e) {
            log.error("task message refused offset={} code={} reason={}", handOff.offset(), e.code(), e.getMessage());
            settle(consumer, handOff, AcknowledgeType.REJECT);
            return;
        }
        Reason refusal = refusal(message);
        if (refusal != null) {
            boolean told = message.tasks().stream().allMatch(task -> events.publish(declined(message, task, refusal)));
            settle(consumer, handOff, told ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
            log.info("dispatch declined dispatch={} reason={}", message.dispatchId(), refusal);
            return;
        }
        runOnceAnnounced(consumer, handOff, message);
    }

    private void runOnceAnnounced(
            ShareConsumer<String, byte[]> consumer, ConsumerRecord<String, byte[]> handOff, TaskMessage message) {
        Duration lease = Duration.ofSeconds(message.leaseS());
        Run run = new Run(message, task -> isCancelled(task, message), () -> beats.silentFor(lease));
        try {
            beats.announce(run);
        } catch (CascadeException e) {
            settle(consumer, handOff, AcknowledgeType.RELEASE);
            throw e;
        }
        try (RunWatchdog.Watch watch = watchdog.watch(run)) {
            // Only what the broker confirmed is ours; otherwise another worker has it, or will.
            if (settle(consumer, handOff, AcknowledgeType.ACCEPT)) {
                long start = System.nanoTime();
                runAndReport(run);
                log.debug("dispatch finished dispatch={} stage={} tasks={} took_ms={}", message.dispatchId(),
                        message.stage().index(), message.tasks().size(), (System.nanoTime() - start) / 1_000_000);
            }
        } finally {
            beats.withdraw(run);
        }
    }

    /** Events leave while the run goes on; the run is over when the broker has all of them. */
    private void runAndReport(Run run) {
        List<EventPublisher.Sending> underWay = new ArrayList<>();
        try {
            runner.run(run, event -> underWay.add(events.send(event)));
        } catch (VirtualMachineError | LinkageError e) {
            underWay.clear();
            throw e;
        } finally {
            underWay.forEach(events::arrives);
        }
    }

    private @Nullable Reason refusal(TaskMessage message) {
        if (clock.instant().isAfter(message.expiresAt().plus(properties.clockTolerance()))) {
            return Reason.EXPIRED;
        }
        if (closing.getAsBoolean() || control.isDraining()) {
            return Reason.DRAINING;
        }
        if (message.tasks().stream().allMatch(task -> isCancelled(task, message))) {
            return Reason.CANCELLED;
        }
        return runner.refusal(message);
    }

    private boolean isCancelled(Task task, TaskMessage message) {
        return control.isCancelled(task.workloadId(), task.ordinal(), message.dispatchId());
    }

    private TaskDeclined declined(TaskMessage message, Task task, Reason reason) {
        return new TaskDeclined(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), identity.id(), identity.bootId(), clock.instant(), reason);
    }

    /** The result map, not an exception, says whether the broker took the acknowledgement. */
    private static boolean settle(
            ShareConsumer<String, byte[]> consumer, ConsumerRecord<String, byte[]> handOff, AcknowledgeType type) {
        consumer.acknowledge(handOff, type);
        boolean taken = consumer.commitSync().values().stream().allMatch(Optional::isEmpty);
        if (!taken) {
            log.warn("acknowledgement refused offset={} type={}", handOff.offset(), type);
        }
        return taken;
    }
}
