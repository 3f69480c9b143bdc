package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The verdict: max|a - b| within 1e-4 · max(1, max|b|); pictures equal on 99.9 % of their values and never off by more
 * than 1. What was measured is left in {@code target/parity.tsv}, the source of the table in docs/parity.md.
 */
final class Judge {

    private static final double TOLERANCE = 1e-4;
    private static final double EQUAL_SHARE = 0.999;
    private static final Path RECORD = Path.of("target/parity.tsv");
    private static final Map<String, String> MEASURED = new TreeMap<>();

    private Judge() {}

    static void agrees(String what, float[] actual, float[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double error = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            assertThat(Float.isFinite(actual[i])).as(what + " is finite at " + i).isTrue();
            error = Math.max(error, Math.abs((double) actual[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        record(what, "%.1e\t%.3g\t%.4f", error, largest, error / limit(largest));

        assertThat(error).as(what + ": max|a-b| where max|b| is " + largest).isLessThanOrEqualTo(limit(largest));
    }

    /** How far apart two outputs are, in tolerances. */
    static double tolerances(float[] actual, float[] expected) {
        double error = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            error = Math.max(error, Math.abs((double) actual[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return error / limit(largest);
    }

    static void agrees(String what, byte[] actual, byte[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        int worst = 0;
        int different = 0;
        for (int i = 0; i < expected.length; i++) {
            int off = Math.abs((actual[i] & 0xff) - (expected[i] & 0xff));
            worst = Math.max(worst, off);
            different += off > 0 ? 1 : 0;
        }
        double share = 1 - (double) different / expected.length;
        record(what, "%d of 255\t%d of %d differ\t%.5f equal", worst, different, expected.length, share);

        assertThat(worst).as(what + ": largest difference of a byte").isLessThanOrEqualTo(1);
        assertThat(share).as(what + ": share of equal bytes").isGreaterThanOrEqualTo(EQUAL_SHARE);
    }

    private static double limit(double largest) {
        return TOLERANCE * Math.max(1, largest);
    }

    private static synchronized void record(String what, String format, Object... numbers) {
        MEASURED.put(what, String.format(Locale.ROOT, format, numbers));
        try {
            Files.createDirectories(RECORD.getParent());
            Files.write(RECORD, MEASURED.entrySet().stream().map(e -> e.getKey() + "\t" + e.getValue()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
