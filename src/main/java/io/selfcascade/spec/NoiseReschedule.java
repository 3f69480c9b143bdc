package io.selfcascade.spec;

/** Whether the noise schedule of a stage is shifted for its larger area: not, or SNR divided by the area factor. */
public enum NoiseReschedule {
    NONE,
    AREA
}
