package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NoiseSeedsTest {

    /** The first outputs of SplitMix64 from state 0, as published with the reference code (prng.di.unimi.it). */
    @Test
    void givesTheItemsOfWorkloadSeedZeroTheOutputsOfSplitMix64() {
        assertThat(NoiseSeeds.derive(0, 0)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(NoiseSeeds.derive(0, 1)).isEqualTo(0x6E789E6AA1B965F4L);
        assertThat(NoiseSeeds.derive(0, 2)).isEqualTo(0x06C45D188009454FL);
    }

    @Property(tries = 50)
    void givesEveryItemOfAWorkloadItsOwnSeed(@ForAll long workloadSeed) {
        Set<Long> seeds = new HashSet<>();

        for (int ordinal = 0; ordinal < 10_000; ordinal++) {
            seeds.add(NoiseSeeds.derive(workloadSeed, ordinal));
        }

        assertThat(seeds).hasSize(10_000);
    }

    @Property(tries = 500)
    void changesHalfTheBitsWithOneBitOfTheWorkloadSeed(@ForAll long workloadSeed) {
        int changed = 0;

        for (int bit = 0; bit < 64; bit++) {
            changed += Long.bitCount(NoiseSeeds.derive(workloadSeed, 0) ^ NoiseSeeds.derive(workloadSeed ^ 1L << bit, 0));
        }

        // 64 * 64 fair coins: mean 2048, standard deviation 32.
        assertThat(changed).isBetween(2048 - 320, 2048 + 320);
    }
}
