package io.selfcascade.platform.intake;

import java.util.UUID;

/** A workload's row has been edited and the transaction is still open; who listens tells the world in the same one. */
public record WorkloadEdited(UUID workloadId) {}
