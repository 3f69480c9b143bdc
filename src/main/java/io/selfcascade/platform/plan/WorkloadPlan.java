package io.selfcascade.platform.plan;

import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageKind;
import java.util.List;

/**
 * The cascades of a workload: one per way an item can start.
 *
 * @param fromPrompt stages of an item that starts from noise (variant 0)
 * @param fromImage stages of an item that starts from a user's picture (variant 1): encode first
 */
public record WorkloadPlan(ModelRef model, List<PlannedStage> fromPrompt, List<PlannedStage> fromImage) {

    /** Of a photograph, which is what compresses worst. */
    private static final int PNG_BYTES_PER_PIXEL = 2;
    /** Four channels of float32. */
    private static final int LATENT_BYTES_PER_CELL = 16;

    public WorkloadPlan {
        fromPrompt = List.copyOf(fromPrompt);
        fromImage = List.copyOf(fromImage);
    }

    /**
     * About how many bytes of artifacts an item leaves in the store while its workload is open, all pivots included.
     *
     * @param vaeScaleFactor pixels per latent cell and side
     */
    public long bytesPerItem(int vaeScaleFactor) {
        return Math.max(bytes(fromPrompt, vaeScaleFactor), bytes(fromImage, vaeScaleFactor));
    }

    private static long bytes(List<PlannedStage> stages, int vaeScaleFactor) {
        return stages.stream().mapToLong(stage -> bytes(stage, vaeScaleFactor)).sum();
    }

    private static long bytes(PlannedStage stage, int vaeScaleFactor) {
        long pixels = stage.spec().size().pixels();
        return stage.spec().kind() == StageKind.DECODE
                ? pixels * PNG_BYTES_PER_PIXEL
                : pixels / (vaeScaleFactor * vaeScaleFactor) * LATENT_BYTES_PER_CELL;
    }
}
