package io.selfcascade.platform.dispatch;

/** Where a stage task is. A task that waits for its retry is ready, with its time in the future. */
public enum TaskState implements StoredState {
    READY,
    DISPATCHED,
    SUCCEEDED,
    DEAD,
    CANCELLED
}
