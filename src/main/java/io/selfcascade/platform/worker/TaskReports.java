package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports what became of the tasks of one run: exactly one event each. */
final class TaskReports {

    private static final Logger log = LoggerFactory.getLogger(TaskReports.class);

    private final WorkerIdentity identity;
    private final Clock clock;
    private final TaskMessage message;
    private final Consumer<TaskEvent> sink;
    private final Map<Long, Task> open = new LinkedHashMap<>();

    TaskReports(WorkerIdentity identity, Clock clock, TaskMessage message, Consumer<TaskEvent> sink) {
        this.identity = identity;
        this.clock = clock;
        this.message = message;
        this.sink = sink;
        message.tasks().forEach(task -> open.put(task.taskId(), task));
    }

    void succeeded(Task task, TaskSucceeded.Artifact artifact, TaskSucceeded.@Nullable Artifact preview, int microBatch,
            TaskSucceeded.Timings timings) {
        report(new TaskSucceeded(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), identity.id(), identity.bootId(), clock.instant(), artifact, preview,
                microBatch, timings));
    }

    void failed(Task task, CascadeException failure, int microBatch) {
        ErrorCode code = failure.code();
        log.warn("task failed task={} dispatch={} code={} reason={}",
                task.taskId(), message.dispatchId(), code, failure.getMessage());
        report(new TaskFailed(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), identity.id(), identity.bootId(), clock.instant(), microBatch,
                new TaskFailed.Error(code.failureClass(), code.name().toLowerCase(Locale.ROOT), code.retry(),
                        String.valueOf(failure.getMessage()))));
    }

    void declined(Task task, TaskDeclined.Reason reason) {
        report(new TaskDeclined(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), identity.id(), identity.bootId(), clock.instant(), reason));
    }

    /** Reports the same failure for every task that has no event yet. */
    void failRest(CascadeException failure) {
        List.copyOf(open.values()).forEach(task -> failed(task, failure, message.tasks().size()));
    }

    /** Ends every task that has no event yet in the way the stop demands. */
    void stopRest(RunStopped.Cause cause) {
        switch (cause) {
            case CANCELLED -> List.copyOf(open.values()).forEach(task -> declined(task, TaskDeclined.Reason.CANCELLED));
            case DRAINING -> List.copyOf(open.values()).forEach(task -> declined(task, TaskDeclined.Reason.DRAINING));
            case RUN_LIMIT -> failRest(new CascadeException(ErrorCode.RUN_LIMIT_EXCEEDED,
                    "Cannot finish run: over its limit of " + message.runLimitS() + " s"));
            case LEASE_LOST -> log.warn(
                    "lease lost, results dropped dispatch={} tasks={}", message.dispatchId(), open.size());
        }
    }

    private void report(TaskEvent event) {
        if (open.remove(event.taskId()) != null) {
            sink.accept(event);
        }
    }
}
