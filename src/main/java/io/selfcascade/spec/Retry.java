package io.selfcascade.spec;

/** What to do after a failure: give up, try again later, or try again where there is more memory. */
public enum Retry {
    NEVER,
    LATER,
    BIGGER_POOL
}
