package io.selfcascade.bench.platform;

import java.util.Arrays;

/** Waiting and percentiles. */
final class Clocked {

    private Clocked() {}

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** @param share of the values that are not above the result, 0 to 1 */
    static long percentile(long[] values, double share) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }
}
