package io.selfcascade.spec;

/** Turns a user's picture into the first pivot of a cascade. */
public record EncodeStage(int index, int width, int height, Dtype dtype) implements StageSpec {}
