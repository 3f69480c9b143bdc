package io.selfcascade.platform.intake;

/** What a run of a schedule does while workloads of a former run are open. */
public enum OverlapPolicy {
    /** It is skipped. */
    FORBID,
    /** It starts, and the former ones are cancelled. */
    REPLACE,
    /** It starts beside them. */
    ALLOW
}
