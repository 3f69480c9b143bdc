package io.selfcascade.diffusion.cascade;

/** What a stage makes of an item. */
public sealed interface StageOutput permits PivotOutput, ImageOutput {}
