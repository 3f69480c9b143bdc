package io.selfcascade.diffusion.evaluation;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * McNemar's exact test for two runs on the same captions and seeds: only the pictures where they disagree count.
 *
 * @param onlyFirst pictures the first run got right and the second wrong
 * @param onlySecond pictures the second run got right and the first wrong
 */
public record McNemar(int onlyFirst, int onlySecond) {

    /** Counts the disagreements of two runs, picture by picture. */
    public static McNemar of(boolean[] first, boolean[] second) {
        if (first.length != second.length) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot compare runs: " + first.length + " and "
                    + second.length + " pictures (both need the same captions)");
        }
        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < first.length; i++) {
            onlyFirst += first[i] && !second[i] ? 1 : 0;
            onlySecond += second[i] && !first[i] ? 1 : 0;
        }
        return new McNemar(onlyFirst, onlySecond);
    }

    /** The two-sided exact binomial p-value of "no difference"; 1 when the runs never disagree. */
    public double pValue() {
        int n = onlyFirst + onlySecond;
        double logTerm = -n * Math.log(2);                                         // ln C(n, 0) / 2^n
        double tail = 0;
        for (int k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
            tail += Math.exp(logTerm);
            logTerm += Math.log(n - k) - Math.log(k + 1);
        }
        return Math.min(1, 2 * tail);
    }
}
