package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Two calls at the same time do what one after the other would have done: answers and rows are those of the model in one of the two
 * orders. What passes over rows that another holds may also have been first and seen nothing of them.
 *
 * <p>{@code -Dinterleaved.seeds=300} plays more of them, {@code -Dinterleaved.seed=17} only the one that failed.
 */
class InterleavedTest {

    @Test
    void twoAtOnceAreOneAfterTheOther() {
        Map<String, Integer> played = new TreeMap<>();
        int[] waits = new int[2];
        Long only = Long.getLong("interleaved.seed");
        LongStream seeds = only == null ? LongStream.rangeClosed(1, Integer.getInteger("interleaved.seeds", 2)) : LongStream.of(only);
        seeds.forEach(seed -> {
            InterleavedPairs pairs = new InterleavedPairs(seed);
            try {
                pairs.play(8);
            } catch (AssertionError e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage()
                        + "\nAgain: ./mvnw test -Dtest=InterleavedTest -Dinterleaved.seed=" + seed, e);
            }
            pairs.played.forEach((pair, count) -> played.merge(pair, count, Integer::sum));
            waits[0] += pairs.waits;
            waits[1] += pairs.between;
        });

        System.out.println("interleaved: " + played + ", waited " + waits[0] + " times, between the two orders " + waits[1]);
        assertThat(waits[0]).as("one waited for the other").isPositive();
    }

    @Test
    void noticesALedgerThatLocksNothing() {
        boolean isNoticed = LongStream.rangeClosed(1, 12).anyMatch(seed -> {
            InterleavedPairs pairs = new InterleavedPairs(seed);
            pairs.forgetLocks();
            try {
                pairs.play(8);
                return false;
            } catch (AssertionError broken) {
                return true;
            }
        });

        assertThat(isNoticed).isTrue();
    }
}
