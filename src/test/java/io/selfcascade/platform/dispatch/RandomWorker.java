package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Beats and events as any worker might send them, also one that is long given up. */
final class RandomWorker {

    private static final List<ErrorCode> FAILURES = List.of(ErrorCode.INTERNAL, ErrorCode.RUN_LIMIT_EXCEEDED,
            ErrorCode.DEVICE_OUT_OF_MEMORY, ErrorCode.NON_FINITE, ErrorCode.ARTIFACT_CORRUPT);

    private final Random random;
    private final TestWorker worker;
    private final List<String> models;
    private final List<UUID> boots = new ArrayList<>();

    RandomWorker(Random random, String id, String pool, int side, List<String> models) {
        this.random = random;
        this.worker = new TestWorker(id, pool, 1 + random.nextInt(2)).upTo(side);
        this.models = models;
        worker.boot = boot();
    }

    void restart() {
        worker.restart();
        worker.boot = boot();
    }

    /** Mostly the next beat, sometimes one of before. */
    WorkerBeat beat(List<TaskMessage> running) {
        WorkerBeat beat = worker.beat(state(), running.toArray(TaskMessage[]::new));
        boolean isOld = random.nextInt(8) == 0;
        UUID boot = isOld ? boots.get(random.nextInt(boots.size())) : beat.bootId();
        long seq = isOld ? 1 + random.nextInt((int) beat.seq()) : beat.seq();
        return new WorkerBeat(beat.workerId(), boot, seq, beat.pool(), beat.slots(), beat.state(), beat.device(), models, beat.running());
    }

    private WorkerBeat.State state() {
        return switch (random.nextInt(20)) {
            case 0 -> WorkerBeat.State.GONE;
            case 1 -> WorkerBeat.State.DRAINING;
            default -> WorkerBeat.State.UP;
        };
    }

    /** What became of some tasks of a message. */
    List<TaskEvent> report(TaskMessage message) {
        List<TaskEvent> events = new ArrayList<>();
        for (TaskMessage.Task task : message.tasks()) {
            switch (random.nextInt(12)) {
                case 0 -> { }
                case 1 -> events.add(worker.failed(message, task, FAILURES.get(random.nextInt(FAILURES.size()))));
                case 2 -> events.add(worker.declined(
                        message, task, TaskDeclined.Reason.values()[random.nextInt(TaskDeclined.Reason.values().length)]));
                default -> events.add(worker.succeeded(message, task, 1 + random.nextInt(message.tasks().size())));
            }
        }
        return events;
    }

    private UUID boot() {
        UUID boot = new UUID(random.nextLong(), random.nextLong());
        boots.add(boot);
        return boot;
    }
}
