package io.selfcascade.diffusion.model.unet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether native memory stays flat. Resident memory is the whole process's: servers and loops of other tests may grow the heap
 * meanwhile, but not in every round, as a leak does.
 */
final class ResidentMemory {

    private static final int ROUNDS = 3;
    private static final int WARM_UP = 100;
    private static final long FLAT_MEGABYTES = 30;

    private ResidentMemory() {}

    /** Fails if memory grows in each of three rounds of {@code runs}. */
    static void requireFlat(int runs, Runnable run) {
        repeat(WARM_UP, run);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least >= FLAT_MEGABYTES; round++) {
            long before = megabytes();
            repeat(runs, run);
            least = Math.min(least, megabytes() - before);
        }
        assertThat(least).as("least growth of a round in MB").isLessThan(FLAT_MEGABYTES);
    }

    private static void repeat(int times, Runnable run) {
        for (int i = 0; i < times; i++) {
            run.run();
        }
    }

    private static long megabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum() / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
