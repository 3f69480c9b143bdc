package io.selfcascade.platform.dispatch;

/** Where a task message is: before the broker has it, in the queue, at a worker, ended. */
public enum DispatchState implements StoredState {
    SENDING,
    WAITING,
    RUNNING,
    CLOSED
}
