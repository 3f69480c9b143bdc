package io.selfcascade.platform.dispatch;

import java.util.stream.IntStream;

/**
 * How the items of a workload are divided: partition n holds the ordinals {@code [n * size, (n + 1) * size)}.
 *
 * <p>A pure function of the number of lines, because the job divides again after every restart.
 *
 * @param lines lines of the input, from ordinal 0; at least 0
 * @param size ordinals per partition, at least 1
 */
public record Partitioning(int lines, int size) {

    private static final int MOST_PARTITIONS = 200;
    private static final int LEAST_SIZE = 500;

    /** Few enough partitions that awaiting them is cheap, and none so small that its bookkeeping outweighs it. */
    public static Partitioning of(int lines) {
        return new Partitioning(lines, Math.max(LEAST_SIZE, (lines + MOST_PARTITIONS - 1) / MOST_PARTITIONS));
    }

    /** Number of partitions, 0 for no lines. */
    public int count() {
        return (lines + size - 1) / size;
    }

    public int from(int partition) {
        return partition * size;
    }

    /** First ordinal after the partition. */
    public int until(int partition) {
        return Math.min(lines, (partition + 1) * size);
    }

    public IntStream partitions() {
        return IntStream.range(0, count());
    }
}
