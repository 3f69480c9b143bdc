package io.selfcascade.platform.intake;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What may change about a workload after it was accepted; null leaves a field as it is.
 *
 * @param priority 0 (last) to 9 (first); counts from the next task that is sent
 * @param deadline after which unfinished items are cancelled; an open run obeys the new one
 */
public record WorkloadEdit(@Nullable String name, @Nullable Integer priority, @Nullable Instant deadline) {}
