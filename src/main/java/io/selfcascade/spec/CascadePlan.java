package io.selfcascade.spec;

import java.util.List;

/**
 * The stages an item goes through, first to last; the last one decodes.
 *
 * @param stages at least one, indexed 0, 1, 2, … in order
 */
public record CascadePlan(List<StageSpec> stages) {

    public CascadePlan {
        stages = List.copyOf(stages);
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i).index() != i) {
                throw new CascadeException(
                        ErrorCode.INVALID_STAGE, "Invalid plan: stage " + i + " says index " + stages.get(i).index());
            }
        }
        if (stages.isEmpty()) {
            throw new CascadeException(ErrorCode.INVALID_STAGE, "Invalid plan: no stages (expected at least one)");
        }
    }

    public StageSpec last() {
        return stages.get(stages.size() - 1);
    }
}
