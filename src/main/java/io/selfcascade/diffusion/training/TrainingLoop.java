package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats a task until its last step, a stop or a time limit; saves, shows and reports on the way. */
final class TrainingLoop {

    private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);
    private static final Duration SAVE_EVERY = Duration.ofMinutes(5);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(15);

    private final TrainingTask task;
    private final CosineRate rate;
    private final Path folder;
    private final TrainingCheckpoint checkpoint;
    private final Consumer<String> console;

    /**
     * @param folder receives training.safetensors, loss.csv, loss.png and the task's pictures
     * @param console receives progress lines
     */
    TrainingLoop(TrainingTask task, CosineRate rate, Path folder, Consumer<String> console) {
        this.task = task;
        this.rate = rate;
        this.folder = folder;
        this.checkpoint = new TrainingCheckpoint(folder);
        this.console = console;
    }

    /**
     * Runs from the saved state if there is one, else from the beginning.
     *
     * @param lastStep to stop after; at most the rate's steps
     * @return the last step taken
     * @throws CascadeException NON_FINITE if the loss is not a number; the last saved state stays
     */
    long run(TensorScope owner, long lastStep, StopSignal stop) {
        long first = checkpoint.exists() ? checkpoint.restore(owner, task.recipe(), task.trainees()) : 0;
        LossLog losses = new LossLog(folder, first);
        long begun = System.nanoTime();
        long saved = begun;
        long reported = begun;
        long step = first;
        while (step < lastStep && !stop.isRaised()) {
            step++;
            double loss = task.step(step, rate.at(step));
            if (!Double.isFinite(loss)) {
                throw new CascadeException(ErrorCode.NON_FINITE,
                        "Cannot train on: loss " + loss + " at step " + step + " (lower the learning rate)");
            }
            losses.add(step, loss, rate.at(step));
            if (System.nanoTime() - reported >= REPORT_EVERY.toNanos()) {
                reported = System.nanoTime();
                console.accept(progress(step, losses.smoothed(), (reported - begun) / 1e9 / (step - first)));
            }
            if (System.nanoTime() - saved >= SAVE_EVERY.toNanos()) {
                save(step, losses);
                saved = System.nanoTime();
            }
        }
        save(step, losses);
        log.info("training paused step={} of={}", step, rate.steps());
        return step;
    }

    private void save(long step, LossLog losses) {
        checkpoint.save(step, task.recipe(), task.trainees());
        losses.draw();
        task.show(folder, step);
    }

    private String progress(long step, double loss, double secondsPerStep) {
        Duration left = Duration.ofSeconds(Math.round(secondsPerStep * (rate.steps() - step)));
        return String.format(Locale.ROOT, "step %d of %d  loss %.4f  %.2f s/step  %d:%02d:%02d left",
                step, rate.steps(), loss, secondsPerStep, left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }
}
