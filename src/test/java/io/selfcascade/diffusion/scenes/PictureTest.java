package io.selfcascade.diffusion.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PictureTest {

    private static final Picture FOUR = new Picture(2, 2, new float[] {0, 1, 0.5f, 0.25f, 1, 0, 0, 1, 0, 0, 0, 0});

    @Test
    void repeatsItsPixelsWhenItGrows() {
        Picture large = FOUR.scaled(6, 4);

        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < 4; y++) {
                for (int x = 0; x < 6; x++) {
                    assertThat(large.at(channel, x, y)).isEqualTo(FOUR.at(channel, x / 3, y / 2));
                }
            }
        }
    }

    @Test
    void averagesTheAreaOfEachPixelWhenItShrinks() {
        assertThat(FOUR.scaled(1, 1).rgb()).containsExactly(0.4375f, 0.5f, 0);
        assertThat(FOUR.scaled(2, 1).rgb()).containsExactly(0.25f, 0.625f, 0.5f, 0.5f, 0, 0);

        Picture line = new Picture(3, 1, new float[] {0, 0.75f, 1, 0, 0, 0, 0.3f, 0.3f, 0.3f});
        assertThat(line.scaled(2, 1).rgb()).containsExactly(0.25f, 11 / 12f, 0, 0, 0.3f, 0.3f);
    }

    @Test
    void staysAsItIsAtItsOwnSize() {
        assertThat(FOUR.scaled(2, 2).rgb()).containsExactly(FOUR.rgb());
    }
}
