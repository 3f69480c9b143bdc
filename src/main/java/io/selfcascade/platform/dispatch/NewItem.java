package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A line of the input, about to become a row.
 *
 * @param ordinal number of the line, from 0
 * @param variant 0 starts from the prompt, 1 from the user's picture
 * @param seed the noise seed, 64 bits; null exactly for a refused line
 * @param spec null exactly for a refused line
 * @param refusal why the line cannot become an item; null for a good one
 */
public record NewItem(
        int ordinal,
        int variant,
        @Nullable String customId,
        @Nullable Long seed,
        @Nullable ItemSpec spec,
        @Nullable Refusal refusal) {

    public NewItem {
        if ((refusal == null) != (spec != null && seed != null)) {
            throw new CascadeException(
                    ErrorCode.INTERNAL, "Invalid item: line " + ordinal + " (expected a spec and a seed, or a refusal)");
        }
    }

    /** What was wrong with a line. */
    public record Refusal(ErrorCode code, String detail) {}

    public static NewItem accepted(int ordinal, @Nullable String customId, long seed, ItemSpec spec) {
        return new NewItem(ordinal, spec.initImage() == null ? 0 : 1, customId, seed, spec, null);
    }

    /** @param detail names the line, for example {@code line 17: unknown field "promt"} */
    public static NewItem refused(int ordinal, @Nullable String customId, ErrorCode code, String detail) {
        return new NewItem(ordinal, 0, customId, null, null, new Refusal(code, detail));
    }
}
