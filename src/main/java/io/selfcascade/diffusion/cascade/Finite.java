package io.selfcascade.diffusion.cascade;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.StageSpec;

/** Catches overflow at the end of a stage, before a black picture or a poisoned pivot is stored. */
final class Finite {

    private Finite() {}

    /** @throws CascadeException NON_FINITE if a number is NaN or infinite */
    static void require(float[] values, StageSpec stage, long seed) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new CascadeException(ErrorCode.NON_FINITE, "Cannot finish stage " + stage.index() + " of seed "
                        + Long.toUnsignedString(seed) + ": its numbers overflowed in " + stage.dtype()
                        + " (use f32, or another seed)");
            }
        }
    }
}
