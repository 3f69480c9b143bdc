package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.ScheduleRequest;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as a reader sees it.
 *
 * @param nextAt null if it is paused, or never comes again
 * @param version grows with every edit
 */
public record ScheduleView(UUID id, ScheduleRequest request, @Nullable Instant nextAt, Instant createdAt, int version) {}
