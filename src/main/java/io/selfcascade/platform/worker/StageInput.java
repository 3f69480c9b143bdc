package io.selfcascade.platform.worker;

import io.selfcascade.spec.StageSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An item as an engine sees it.
 *
 * @param seed the item's noise seed; all 64 bits count
 * @param start the previous stage's pivot or the user's picture; null for stage 0 of a prompt
 * @param earlier the stages the item has been through, first to last; noise that is one stream per item needs them
 */
record StageInput(
        long seed, String prompt, String negativePrompt, @Nullable StageValue start, List<StageSpec> earlier) {

    StageInput {
        earlier = List.copyOf(earlier);
    }
}
