package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.Retry;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Speaks as a worker does, without running anything: beats, and one event per task. */
final class TestWorker {

    private static final Instant AT = Instant.parse("2026-11-22T20:00:00Z");

    final String id;
    final String pool;
    final int slots;
    UUID boot = UUID.randomUUID();
    long maxPixels = 1 << 22;
    private long seq;

    TestWorker(String id, String pool, int slots) {
        this.id = id;
        this.pool = pool;
        this.slots = slots;
    }

    static TestWorker cpu() {
        return new TestWorker("cpu-1", "cpu", 1);
    }

    /** The same worker, taking squares up to this side. */
    TestWorker upTo(int side) {
        maxPixels = (long) side * side;
        return this;
    }

    WorkerBeat beat(TaskMessage... running) {
        return beat(WorkerBeat.State.UP, running);
    }

    WorkerBeat beat(WorkerBeat.State state, TaskMessage... running) {
        return new WorkerBeat(id, boot, ++seq, pool, slots, state,
                new WorkerBeat.DeviceFacts("cpu", "test", 1L << 30, maxPixels),
                List.of(LedgerFixture.MODEL),
                Arrays.stream(running).map(message -> new WorkerBeat.Running(message.dispatchId(), 0, 10)).toList());
    }

    void restart() {
        boot = UUID.randomUUID();
        seq = 0;
    }

    /** Every task of the message succeeded. */
    List<TaskEvent> succeeded(TaskMessage message) {
        return message.tasks().stream().map(task -> succeeded(message, task, message.tasks().size())).toList();
    }

    TaskEvent succeeded(TaskMessage message, TaskMessage.Task task, int microBatch) {
        return new TaskSucceeded(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), id, boot, AT,
                new TaskSucceeded.Artifact(task.outputPrefix() + "0a1b2c3d.safetensors", "application/vnd.safetensors",
                        "%064x".formatted(task.taskId()), 16_456, message.stage().width(), message.stage().height(), 1),
                null, microBatch, new TaskSucceeded.Timings(1, 100, 1));
    }

    /** The same event with a picture of its pivot. */
    static TaskSucceeded withPreview(TaskSucceeded done, TaskSucceeded.Artifact preview) {
        return new TaskSucceeded(done.taskId(), done.dispatchId(), done.workloadId(), done.ordinal(), done.stage(),
                done.workerId(), done.bootId(), done.at(), done.artifact(), preview, done.microBatch(), done.timingsMs());
    }

    TaskEvent failed(TaskMessage message, TaskMessage.Task task, ErrorCode code) {
        return failed(message, task, code, code.retry());
    }

    TaskEvent failed(TaskMessage message, TaskMessage.Task task, ErrorCode code, Retry retry) {
        return new TaskFailed(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), id, boot, AT, 1,
                new TaskFailed.Error(code.failureClass(), Codes.stored(code), retry, "it did not work"));
    }

    TaskEvent declined(TaskMessage message, TaskMessage.Task task, TaskDeclined.Reason reason) {
        return new TaskDeclined(task.taskId(), message.dispatchId(), task.workloadId(), task.ordinal(),
                message.stage().index(), id, boot, AT, reason);
    }
}
