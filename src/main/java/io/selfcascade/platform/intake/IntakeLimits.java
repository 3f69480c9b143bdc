package io.selfcascade.platform.intake;

/**
 * How large a request may be.
 *
 * @param bodyBytes of a JSON body
 * @param lineBytes of one line of a JSONL file
 * @param items in one workload
 * @param promptCharacters of a prompt or negative prompt
 * @param fileBytes of an uploaded file
 * @param imagePixels of an uploaded or a finished picture
 */
public record IntakeLimits(
        long bodyBytes, int lineBytes, int items, int promptCharacters, long fileBytes, long imagePixels) {

    /** The documented defaults. */
    public static final IntakeLimits DEFAULT =
            new IntakeLimits(2L << 20, 64 << 10, 1_000_000, 32_000, 200_000_000, 64L << 20);
}
