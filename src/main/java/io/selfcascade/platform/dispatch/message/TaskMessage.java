package io.selfcascade.platform.dispatch.message;

import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Up to N compatible stage tasks sent together: everything a worker without a database needs to run them.
 *
 * @param dispatchId fence and lease of the tasks; every event about them carries it
 * @param expiresAt a worker that takes the message later declines it
 * @param leaseS seconds a running dispatch lives without a beat
 * @param beatS seconds between beats
 * @param runLimitS seconds after which the worker ends its own run
 * @param tasks share model, stage and settings; at least one
 */
public record TaskMessage(
        long dispatchId,
        String pool,
        Instant expiresAt,
        int leaseS,
        int beatS,
        int runLimitS,
        ModelRef model,
        StageSpec stage,
        List<Task> tasks) {

    public TaskMessage {
        tasks = List.copyOf(tasks);
    }

    /**
     * One item at one stage.
     *
     * @param seed the item's 64-bit noise seed, unsigned, in decimal
     * @param input the artifact to start from; null for stage 0 of a prompt
     * @param outputPrefix start of the key to store under; the worker appends a random run id and an extension
     * @param previewPrefix the same for a picture of the pivot, for people to look at meanwhile; null if nobody asked for one
     */
    public record Task(
            long taskId,
            UUID workloadId,
            int ordinal,
            int attempt,
            String seed,
            String prompt,
            String negativePrompt,
            @Nullable Input input,
            String outputPrefix,
            @Nullable String previewPrefix) {}

    /**
     * An artifact another stage or the user made.
     *
     * @param sha256 lower-case hex; a worker refuses other bytes
     */
    public record Input(String key, String sha256, long bytes) {}
}
