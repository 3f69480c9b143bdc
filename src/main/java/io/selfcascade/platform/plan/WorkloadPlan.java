package io.selfcascade.platform.plan;

import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageKind;
import java.util.List;

/**
 * The cascades of a workload: one per way an item can start.
 *
 * @param fromPrompt stages of an item that starts from noise (variant 0)
 * @param fromImage stages of an item that starts from a user's picture (variant 1): encode first
 * @param draftFromPrompt the first stages of {@code fromPrompt} and the decode of a draft (variant 2); empty if the workload
 *     does not stop at drafts
 * @param draftFromImage the same of {@code fromImage} (variant 3)
 */
public record WorkloadPlan(
        ModelRef model,
        List<PlannedStage> fromPrompt,
        List<PlannedStage> fromImage,
        List<PlannedStage> draftFromPrompt,
        List<PlannedStage> draftFromImage) {

    /** Of a photograph, which is what compresses worst. */
    private static final int PNG_BYTES_PER_PIXEL = 2;
    /** Four channels of float32. */
    private static final int LATENT_BYTES_PER_CELL = 16;

    public WorkloadPlan {
        fromPrompt = List.copyOf(fromPrompt);
        fromImage = List.copyOf(fromImage);
        draftFromPrompt = List.copyOf(draftFromPrompt);
        draftFromImage = List.copyOf(draftFromImage);
    }

    /** A plan that takes every item to its full size. */
    public WorkloadPlan(ModelRef model, List<PlannedStage> fromPrompt, List<PlannedStage> fromImage) {
        this(model, fromPrompt, fromImage, List.of(), List.of());
    }

    /** Whether items stop at drafts until they are promoted. */
    public boolean hasDrafts() {
        return !draftFromPrompt.isEmpty();
    }

    /**
     * About how many bytes of artifacts an item leaves in the store while its workload is open, all pivots included; up to its
     * draft, if it stops there.
     *
     * @param vaeScaleFactor pixels per latent cell and side
     */
    public long bytesPerItem(int vaeScaleFactor) {
        return hasDrafts()
                ? Math.max(bytes(draftFromPrompt, vaeScaleFactor), bytes(draftFromImage, vaeScaleFactor))
                : Math.max(bytes(fromPrompt, vaeScaleFactor), bytes(fromImage, vaeScaleFactor));
    }

    /** About how many bytes more an item leaves that is promoted from its draft to full size. */
    public long bytesPerPromotion(int vaeScaleFactor) {
        return bytes(fromPrompt.stream().filter(stage -> !draftFromPrompt.contains(stage)).toList(), vaeScaleFactor);
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
