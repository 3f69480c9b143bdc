package io.selfcascade.platform.dispatch.message;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The task's artifact is durable.
 *
 * @param preview a picture of the pivot, if one was asked for and could be made
 * @param microBatch items per native forward the worker ended up using; smaller than asked after an out-of-memory
 */
public record TaskSucceeded(
        long taskId,
        long dispatchId,
        UUID workloadId,
        int ordinal,
        int stage,
        String workerId,
        UUID bootId,
        Instant at,
        Artifact artifact,
        @Nullable Artifact preview,
        int microBatch,
        Timings timingsMs)
        implements TaskEvent {

    /** The stored result: its final, write-once key and what is in it. */
    public record Artifact(
            String key, String mediaType, String sha256, long bytes, int width, int height, int frames) {}

    /** Milliseconds spent loading inputs, running the stage and storing the result. */
    public record Timings(int load, int run, int store) {}
}
