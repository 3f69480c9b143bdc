package io.selfcascade.platform.intake;

/**
 * Derives the noise seeds of items that bring none. Item n of a workload with seed s has output n of SplitMix64 started at
 * mix(s), where mix is SplitMix64's finalizer: distinct for all ordinals of a workload, unrelated between
 * neighbouring workload seeds.
 *
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea, Flood: Fast splittable pseudorandom number generators</a>
 */
public final class NoiseSeeds {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private NoiseSeeds() {}

    /** @return 64 bits, to be read as unsigned */
    public static long derive(long workloadSeed, int ordinal) {
        return mix(mix(workloadSeed) + (ordinal + 1L) * GOLDEN_GAMMA);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
