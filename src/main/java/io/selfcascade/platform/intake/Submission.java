package io.selfcascade.platform.intake;

import java.util.UUID;

/**
 * The answer to a submission.
 *
 * @param replayed true if the same request had been accepted before; then nothing was done now
 */
public record Submission(UUID workloadId, boolean replayed) {}
