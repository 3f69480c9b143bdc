package io.selfcascade.diffusion.cascade;

import io.selfcascade.spec.StageSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One item on its way through a stage.
 *
 * @param seed noise seed, all 64 bits count
 * @param negativePrompt what guidance steers away from; empty for the unconditional text
 * @param pivot the previous stage's result; null where a stage starts from pure noise or from a picture
 * @param image the user's picture, of the stage's size; only for an encode stage
 * @param earlier the stages this item has been through, first to last; only torch-cpu noise asks for them
 */
public record StageItem(
        long seed,
        String prompt,
        String negativePrompt,
        @Nullable Pivot pivot,
        @Nullable RgbImage image,
        List<StageSpec> earlier) {

    public StageItem {
        earlier = List.copyOf(earlier);
    }

    /** An item whose history does not matter. */
    public StageItem(long seed, String prompt, String negativePrompt, @Nullable Pivot pivot, @Nullable RgbImage image) {
        this(seed, prompt, negativePrompt, pivot, image, List.of());
    }
}
