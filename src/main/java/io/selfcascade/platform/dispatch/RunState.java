package io.selfcascade.platform.dispatch;

import java.util.Arrays;

/** Where the run of a workload is. A generation of it only moves forward, from the top down. */
public enum RunState implements StoredState {
    QUEUED,
    VALIDATING,
    IN_PROGRESS,
    FINALIZING,
    COMPLETED,
    FAILED,
    CANCELLED,
    EXPIRED;

    /** Whether nothing will be added to this generation of the workload. */
    public boolean isTerminal() {
        return ordinal() >= COMPLETED.ordinal();
    }

    /** The stored names of the states a run may be in before it enters this one. */
    String[] predecessors() {
        return Arrays.stream(values())
                .filter(state -> !state.isTerminal() && state.ordinal() < ordinal())
                .map(RunState::stored)
                .toArray(String[]::new);
    }
}
