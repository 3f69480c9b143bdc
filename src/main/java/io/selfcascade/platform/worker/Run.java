package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A dispatch under way: what the slot's thread does, seen and stopped by other threads. */
final class Run {

    private final TaskMessage message;
    private final Predicate<Task> cancelled;
    private final BooleanSupplier leaseLost;
    private final AtomicReference<RunStopped.@Nullable Cause> stop = new AtomicReference<>();
    private volatile WorkerBeat.Running progress;

    /**
     * @param cancelled whether nobody wants the task any more
     * @param leaseLost whether the coordinator must have given the tasks to somebody else
     */
    Run(TaskMessage message, Predicate<Task> cancelled, BooleanSupplier leaseLost) {
        this.message = message;
        this.cancelled = cancelled;
        this.leaseLost = leaseLost;
        this.progress = new WorkerBeat.Running(message.dispatchId(), 0, 0);
    }

    TaskMessage message() {
        return message;
    }

    WorkerBeat.Running progress() {
        return progress;
    }

    /** Makes the run end at its next step; the first cause stays. */
    void stop(RunStopped.Cause cause) {
        stop.compareAndSet(null, cause);
    }

    boolean isCancelled(Task task) {
        return cancelled.test(task);
    }

    /**
     * Records progress.
     *
     * @param tasks those the step works for
     * @throws RunStopped if the run must end, or none of the tasks is wanted any more
     */
    void step(int step, int steps, List<Task> tasks) {
        progress = new WorkerBeat.Running(message.dispatchId(), step, steps);
        check();
        if (tasks.stream().allMatch(cancelled)) {
            throw new RunStopped(RunStopped.Cause.CANCELLED);
        }
    }

    /** @throws RunStopped if the run must end */
    void check() {
        RunStopped.Cause cause = stop.get();
        if (cause == null && leaseLost.getAsBoolean()) {
            cause = RunStopped.Cause.LEASE_LOST;
        }
        if (cause != null) {
            throw new RunStopped(cause);
        }
    }
}
