package io.selfcascade.diffusion.cascade;

/** The clean latent an encode or denoise stage ends with. */
public record PivotOutput(Pivot pivot) implements StageOutput {}
