package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.RunState;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a webhook is told of one state of a workload, and how that goes.
 *
 * @param messageId the {@code webhook-id} of every attempt
 * @param runState what is told
 * @param attempts since it was written or people asked for it again
 * @param nextAt null once it is settled
 * @param lastStatus of the last answer; null if none came
 */
public record WebhookDelivery(
        long id,
        UUID messageId,
        UUID webhook,
        UUID workload,
        int generation,
        RunState runState,
        WebhookDeliveryState state,
        int attempts,
        @Nullable Instant nextAt,
        @Nullable Integer lastStatus,
        @Nullable String lastError,
        @Nullable Instant attemptedAt,
        Instant createdAt) {}
