package io.selfcascade.platform.intake;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A webhook as its user asks for it.
 *
 * @param url whole, without user or fragment; null only in an edit that leaves it
 * @param events names such as {@code completed}; null to leave the choice
 * @param enabled null to leave it
 */
public record WebhookRequest(@Nullable URI url, @Nullable List<String> events, @Nullable Boolean enabled) {

    public WebhookRequest {
        events = events == null ? null : List.copyOf(events);
    }
}
