package io.selfcascade.diffusion.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VaeTilingTest {

    private static final int FACTOR = 4;

    @Test
    void changesNothingWhenTilesAgreeWhereTheyOverlap() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            VaeTiling tiling = new VaeTiling(8, 6, FACTOR);
            int height = 1 + random.nextInt(30);
            int width = 1 + random.nextInt(30);
            float[] latent = random(random, 2 * height * width);
            float[] picture = random(random, 2 * height * width * FACTOR * FACTOR);

            assertEqual(tiling.decode(latent, height, width, 2, VaeTilingTest::enlarge), enlarge(latent, height, width));
            assertEqual(tiling.encode(picture, height * FACTOR, width * FACTOR, 2, VaeTilingTest::reduce),
                    reduce(picture, height * FACTOR, width * FACTOR));
        }
    }

    @Test
    void fadesLinearlyFromTileToTile() {
        List<Float> tones = new ArrayList<>(List.of(0f, 1f));
        VaeTiling tiling = new VaeTiling(4, 3, 4);

        float[] row = tiling.decode(new float[7], 1, 7, 1, (tile, height, width) -> {
            float[] flat = new float[16 * width];
            Arrays.fill(flat, tones.isEmpty() ? 1 : tones.remove(0));
            return flat;
        });

        // The second tile begins at pixel 12 and blends over 4: 0, 1/4, 2/4, 3/4, then its own tone.
        assertThat(row[11]).isZero();
        assertThat(row[13]).isCloseTo(0.25f, within(1e-6f));
        assertThat(row[15]).isCloseTo(0.75f, within(1e-6f));
        assertThat(row[16]).isEqualTo(1);
    }

    @Test
    void neverHandsOutATileLargerThanItsSide() {
        VaeTiling tiling = new VaeTiling(8, 6, FACTOR);

        tiling.decode(new float[2 * 21 * 33], 21, 33, 2, (tile, height, width) -> {
            assertThat(height).isBetween(1, 8);
            assertThat(width).isBetween(1, 8);
            return enlarge(tile, height, width);
        });
    }

    private static void assertEqual(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        for (int i = 0; i < actual.length; i++) {
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        assertThat(difference).isLessThan(1e-6);
    }

    private static float[] enlarge(float[] tile, int height, int width) {
        float[] out = new float[tile.length * FACTOR * FACTOR];
        for (int i = 0; i < out.length; i++) {
            int x = i % (width * FACTOR);
            int y = i / (width * FACTOR) % (height * FACTOR);
            int c = i / (width * FACTOR * height * FACTOR);
            out[i] = tile[(c * height + y / FACTOR) * width + x / FACTOR];
        }
        return out;
    }

    private static float[] reduce(float[] tile, int height, int width) {
        float[] out = new float[tile.length / FACTOR / FACTOR];
        for (int i = 0; i < out.length; i++) {
            int x = i % (width / FACTOR);
            int y = i / (width / FACTOR) % (height / FACTOR);
            int c = i / (width / FACTOR * (height / FACTOR));
            out[i] = tile[(c * height + y * FACTOR) * width + x * FACTOR];
        }
        return out;
    }

    private static float[] random(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }
}
