package io.selfcascade.diffusion.training;

import java.nio.file.Path;
import java.util.List;

/** What a training loop repeats. Step n depends on the state after step n − 1 and on n alone. */
interface TrainingTask {

    /** Everything that decides what a step does; written into checkpoints. */
    String recipe();

    /** The models whose state a checkpoint holds. */
    List<Trainee> trainees();

    /** Takes a step, counted from 1, and returns its loss. */
    double step(long step, double learningRate);

    /** Writes what a person looks at: a grid of pictures made with the averaged weights. */
    void show(Path folder, long step);
}
