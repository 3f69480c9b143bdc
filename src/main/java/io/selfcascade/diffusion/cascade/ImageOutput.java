package io.selfcascade.diffusion.cascade;

/** The picture a decode stage ends with. */
public record ImageOutput(RgbImage image) implements StageOutput {}
