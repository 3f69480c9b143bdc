package io.selfcascade.platform.plan;

import io.selfcascade.spec.ModelRef;
import java.util.List;

/**
 * The cascades of a workload: one per way an item can start.
 *
 * @param fromPrompt stages of an item that starts from noise (variant 0)
 * @param fromImage stages of an item that starts from a user's picture (variant 1): encode first
 */
public record WorkloadPlan(ModelRef model, List<PlannedStage> fromPrompt, List<PlannedStage> fromImage) {

    public WorkloadPlan {
        fromPrompt = List.copyOf(fromPrompt);
        fromImage = List.copyOf(fromImage);
    }
}
