package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Remembers what it was asked to run and does what a test says meanwhile. */
final class RecordingRunner implements TaskRunner {

    final List<Long> ran = new CopyOnWriteArrayList<>();
    private final WorkerIdentity identity;
    private final Consumer<Run> meanwhile;

    RecordingRunner(WorkerIdentity identity, Consumer<Run> meanwhile) {
        this.identity = identity;
        this.meanwhile = meanwhile;
    }

    @Override
    public TaskDeclined.@Nullable Reason refusal(TaskMessage message) {
        return null;
    }

    @Override
    public void run(Run run, Consumer<TaskEvent> events) {
        ran.add(run.message().dispatchId());
        TaskReports reports = new TaskReports(identity, Clock.systemUTC(), run.message(), events);
        try {
            meanwhile.accept(run);
            run.message().tasks()
                    .forEach(task -> reports.succeeded(task, Messages.artifact(task), null, 1, Messages.TIMINGS));
        } catch (RunStopped e) {
            reports.stopRest(e.why());
        }
    }
}
