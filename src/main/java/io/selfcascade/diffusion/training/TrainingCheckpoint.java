package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import io.selfcascade.diffusion.checkpoint.SafetensorsWriter;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The state of a training on disk, one safetensors file. It is written beside its place and moved there, so a crash
 * leaves the previous state whole.
 */
final class TrainingCheckpoint {

    private static final String STEP = "step";
    private static final String RECIPE = "recipe";

    private final Path file;

    TrainingCheckpoint(Path folder) {
        this.file = folder.resolve("training.safetensors");
    }

    boolean exists() {
        return Files.isRegularFile(file);
    }

    /**
     * Writes the state after a step.
     *
     * @param recipe whatever decides the data and the steps; a resume under another recipe is refused
     * @throws CascadeException STORAGE_FULL if it cannot be written
     */
    void save(long step, String recipe, List<Trainee> trainees) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata(STEP, Long.toString(step)).metadata(RECIPE, recipe);
        trainees.forEach(trainee -> trainee.save(writer));
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        writer.write(temporary);
        try {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot save training: " + file + " (" + e + ")", e);
        }
    }

    /**
     * Puts the saved state into the trainees.
     *
     * @return the last step taken
     * @throws CascadeException CONFLICT if it was saved under another recipe
     */
    long restore(TensorScope owner, String recipe, List<Trainee> trainees) {
        try (SafetensorsFile saved = SafetensorsFile.open(file)) {
            String theirs = saved.metadata().getOrDefault(RECIPE, "");
            if (!theirs.equals(recipe)) {
                throw new CascadeException(ErrorCode.CONFLICT, "Cannot resume training: " + file + " was made with "
                        + theirs + ", asked for " + recipe + " (give the same settings or another folder)");
            }
            long step = Long.parseLong(saved.metadata().getOrDefault(STEP, "0"));
            trainees.forEach(trainee -> trainee.restore(owner, saved, step));
            return step;
        }
    }
}
