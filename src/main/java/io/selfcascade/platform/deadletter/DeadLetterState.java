package io.selfcascade.platform.deadletter;

import io.selfcascade.platform.dispatch.StoredState;

/** What has become of a dead letter. */
public enum DeadLetterState implements StoredState {
    KEPT,
    REDRIVING,
    REDRIVEN
}
