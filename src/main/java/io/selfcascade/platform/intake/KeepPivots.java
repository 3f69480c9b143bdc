package io.selfcascade.platform.intake;

/** Which latents outlive their workload: all, those of the last scale, or none. */
public enum KeepPivots {
    ALL,
    LAST,
    NONE
}
