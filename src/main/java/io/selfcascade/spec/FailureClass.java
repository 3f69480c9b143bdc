package io.selfcascade.spec;

/** Who is to blame for a failure; operators group by it. */
public enum FailureClass {
    INVALID,
    MODEL,
    NUMERIC,
    OOM,
    TIMEOUT,
    INFRASTRUCTURE
}
