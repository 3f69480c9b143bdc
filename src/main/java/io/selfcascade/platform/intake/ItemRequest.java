package io.selfcascade.platform.intake;

import org.jspecify.annotations.Nullable;

/**
 * One picture a user asks for.
 *
 * @param customId the user's own name for the item, unique in its workload: {@code [A-Za-z0-9][A-Za-z0-9._-]{0,127}}
 * @param prompt empty only if there is an {@code initImage}
 * @param seed the noise seed, 64 bits unsigned; null to derive it from the workload's seed and the ordinal
 * @param initImage reference of an uploaded picture to start from, or null to start from noise
 */
public record ItemRequest(
        @Nullable String customId,
        String prompt,
        String negativePrompt,
        @Nullable Long seed,
        @Nullable String initImage) {}
