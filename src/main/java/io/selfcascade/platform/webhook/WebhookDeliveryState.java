package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.StoredState;

/** How far a delivery is; docs/spec/states.md. */
public enum WebhookDeliveryState implements StoredState {
    WAITING,
    SENDING,
    DELIVERED,
    DEAD
}
