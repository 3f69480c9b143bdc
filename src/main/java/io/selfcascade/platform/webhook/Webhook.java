package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.RunState;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address that is told when runs enter certain states. Its secret is not part of it.
 *
 * @param disabledReason {@code gone} if it answered 410; null if it is enabled, or was disabled by people
 */
public record Webhook(UUID id, String url, List<RunState> states, boolean enabled, @Nullable String disabledReason, Instant createdAt) {

    public Webhook {
        states = List.copyOf(states);
    }
}
