package io.selfcascade.platform.dispatch;

/** What became of an item. Everything but pending is final for a generation. */
public enum ItemState implements StoredState {
    PENDING,
    COMPLETED,
    FAILED,
    CANCELLED
}
