package io.selfcascade.platform.worker;

import org.jspecify.annotations.Nullable;

/**
 * An item as an engine sees it.
 *
 * @param seed the item's noise seed; all 64 bits count
 * @param start the previous stage's pivot or the user's picture; null for stage 0 of a prompt
 */
record StageInput(long seed, String prompt, String negativePrompt, @Nullable StageValue start) {}
