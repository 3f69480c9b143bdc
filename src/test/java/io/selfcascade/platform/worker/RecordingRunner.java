package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Remembers what it was asked to run and does what a test says meanwhile. */
final class RecordingRunner implements TaskRunner {

    private final WorkerIdentity identity;
    private final List<Long> ran;
    private final Consumer<Run> meanwhile;

    /** @param ran where it adds the dispatches it was asked to run */
    RecordingRunner(WorkerIdentity identity, List<Long> ran, Consumer<Run> meanwhile) {
        this.identity = identity;
        this.ran = ran;
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
