package io.selfcascade.platform.dispatch;

/** What people ask of a run; the conductor brings the run there. */
public enum Desired implements StoredState {
    RUN,
    PAUSE,
    CANCEL
}
