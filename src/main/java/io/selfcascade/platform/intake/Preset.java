package io.selfcascade.platform.intake;

/** A named set of defaults for every knob of a cascade; {@code platform.plan} holds the numbers. */
public enum Preset {
    /** The paper's settings: latent bilinear upsampling, K = 700, DDIM 50, guidance 7.5. */
    PAPER,
    /** Late start, few steps, hand-over through pixel space: for drafts and small machines. */
    FAST
}
