package io.selfcascade.spec;

/** Turns the last pivot into a picture. */
public record DecodeStage(int index, int width, int height, Dtype dtype, Tiling tiling) implements StageSpec {}
