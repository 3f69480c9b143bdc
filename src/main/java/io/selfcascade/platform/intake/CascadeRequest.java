package io.selfcascade.platform.intake;

import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.Rng;
import java.util.List;

/**
 * The cascade a user asks for: a preset, a target size, and deviations.
 *
 * @param target size of the finished pictures in pixels
 * @param every deviations from the preset for all stages
 * @param stages deviations for single denoising stages, first to last; may be shorter than the cascade
 */
public record CascadeRequest(
        Preset preset, ImageSize target, Rng rng, Dtype dtype, StageKnobs every, List<StageKnobs> stages) {

    public CascadeRequest {
        stages = List.copyOf(stages);
    }

    /** A preset without deviations: Philox noise, float32. */
    public static CascadeRequest of(Preset preset, ImageSize target) {
        return new CascadeRequest(preset, target, Rng.PHILOX, Dtype.F32, StageKnobs.NONE, List.of());
    }
}
