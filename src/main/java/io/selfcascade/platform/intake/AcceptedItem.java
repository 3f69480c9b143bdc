package io.selfcascade.platform.intake;

import org.jspecify.annotations.Nullable;

/**
 * A valid item, its noise seed fixed.
 *
 * @param seed 64 bits, to be read as unsigned
 * @param initImage reference of the picture to start from; whether it exists has not been checked
 */
public record AcceptedItem(
        int ordinal,
        int line,
        @Nullable String customId,
        String prompt,
        String negativePrompt,
        long seed,
        @Nullable String initImage)
        implements ParsedItem {}
