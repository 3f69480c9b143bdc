package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs what a task message asks for. */
interface TaskRunner {

    /** @return why this worker cannot run the message at all; null if it can */
    TaskDeclined.@Nullable Reason refusal(TaskMessage message);

    /**
     * Runs the tasks and reports exactly one event per task, each when its artifact is durable. A failure of a task is
     * an event, never an exception; if the lease is lost, nothing more is reported.
     */
    void run(Run run, Consumer<TaskEvent> events);
}
