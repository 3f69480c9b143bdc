package io.selfcascade.platform.dispatch;

/** What we know of a worker. Lost: its beats stopped; gone: it said goodbye. */
public enum WorkerState implements StoredState {
    UP,
    DRAINING,
    LOST,
    GONE
}
