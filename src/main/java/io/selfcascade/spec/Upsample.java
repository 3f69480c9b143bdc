package io.selfcascade.spec;

/**
 * How the pivot of the previous stage is enlarged.
 *
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, section 4.1 (the function phi)</a>
 */
public record Upsample(UpsampleSpace space, UpsampleKernel kernel) {}
