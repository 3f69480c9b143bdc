package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's signs of life: one every few seconds and one at every change, from a thread of its own, so that a long
 * native call does not look like death.
 */
final class BeatPublisher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BeatPublisher.class);
    private static final long PATIENCE_SECONDS = 10;

    private final WorkerIdentity identity;
    private final WorkerFacts facts;
    private final Duration interval;
    private final Producer<String, byte[]> producer;
    private final String topic;
    private final Supplier<WorkerBeat.State> state;
    private final Clock clock;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private final Semaphore changes = new Semaphore(0);
    private final Thread thread = new Thread(this::beatUntilClosed, "worker-beat");
    private volatile long lastAckNanos = System.nanoTime();
    private volatile boolean closed;
    private long seq;

    BeatPublisher(WorkerIdentity identity, WorkerFacts facts, Duration interval, Producer<String, byte[]> producer,
            String topic, Supplier<WorkerBeat.State> state, Clock clock) {
        this.identity = identity;
        this.facts = facts;
        this.interval = interval;
        this.producer = producer;
        this.topic = topic;
        this.state = state;
        this.clock = clock;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Tells the coordinator that the run begins; when this returns, the broker has the beat, so the run's lease is
     * sure to be renewed before anyone counts it as lost.
     *
     * @throws CascadeException INTERNAL if the broker does not acknowledge in time; the run is then not listed
     */
    void announce(Run run) {
        running.add(run);
        try {
            await(send(state.get()));
        } catch (CascadeException e) {
            running.remove(run);
            throw e;
        }
    }

    /** Takes the run off the list: its events are with the broker, or it never began. */
    void withdraw(Run run) {
        running.remove(run);
        changed();
    }

    /** Sends a beat now. */
    void changed() {
        changes.release();
    }

    Set<Run> running() {
        return Set.copyOf(running);
    }

    /** Whether no beat got through for so long that the coordinator must have given the tasks to others. */
    boolean silentFor(Duration lease) {
        return System.nanoTime() - lastAckNanos > lease.toNanos();
    }

    /** Sends the last beat of this boot: gone. */
    @Override
    public void close() {
        closed = true;
        changed();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            await(send(WorkerBeat.State.GONE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (CascadeException e) {
            log.warn("last beat not acknowledged worker={} reason={}", identity.id(), e.getMessage());
        }
    }

    private void beatUntilClosed() {
        while (!closed) {
            try {
                await(send(state.get()));
            } catch (CascadeException e) {
                log.warn("beat not acknowledged worker={} reason={}", identity.id(), e.getMessage());
            }
            awaitChange();
        }
    }

    private void awaitChange() {
        try {
            if (changes.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                changes.drainPermits();
            }
        } catch (InterruptedException e) {
            closed = true;
            Thread.currentThread().interrupt();
        }
    }

    /** Numbering and handing over are one act: the partition then holds a boot's beats in the order of their seq. */
    private synchronized Future<RecordMetadata> send(WorkerBeat.State now) {
        List<WorkerBeat.Running> runs = running.stream().map(Run::progress).toList();
        WorkerBeat beat = new WorkerBeat(identity.id(), identity.bootId(), ++seq, facts.pool(), facts.slots(), now,
                facts.device(), facts.models(), runs);
        try {
            return producer.send(CloudEvents.record(topic, identity.id(), CloudEvents.WORKER_BEAT,
                    "worker/" + identity.id(), identity.bootId() + "/" + seq, clock.instant(),
                    MessageJson.write(beat)));
        } catch (KafkaException e) {
            throw unacknowledged(e);
        }
    }

    private void await(Future<RecordMetadata> sent) {
        try {
            sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            lastAckNanos = System.nanoTime();
        } catch (ExecutionException | TimeoutException e) {
            throw unacknowledged(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unacknowledged(e);
        }
    }

    private static CascadeException unacknowledged(Exception cause) {
        return new CascadeException(ErrorCode.INTERNAL,
                "Cannot publish beat: " + cause.getMessage() + " (is the broker reachable?)", cause);
    }
}
