package io.selfcascade.platform.dispatch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An item as the ledger knows it.
 *
 * @param seed the noise seed, to be read as unsigned; null for a refused line, as is {@code spec}
 * @param result null unless completed
 * @param error null unless failed or cancelled for a reason
 * @param stageMs run time of the accepted task of each stage so far, in milliseconds, by stage of its way
 */
public record LedgerItem(
        int ordinal,
        @Nullable String customId,
        boolean refused,
        @Nullable Long seed,
        @Nullable ItemSpec spec,
        ItemState state,
        @Nullable Result result,
        @Nullable Error error,
        List<Integer> stageMs) {

    public LedgerItem {
        stageMs = List.copyOf(stageMs);
    }

    /**
     * The finished picture, or a draft of it.
     *
     * @param sha256 lower-case hex
     */
    public record Result(String key, String sha256, long bytes, int width, int height, boolean draft) {}

    /**
     * Why there is no picture.
     *
     * @param failureClass lower-case {@link io.selfcascade.spec.FailureClass}
     * @param code lower-case {@link io.selfcascade.spec.ErrorCode}
     */
    public record Error(String failureClass, String code, String detail) {}
}
