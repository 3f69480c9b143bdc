package io.selfcascade.diffusion.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.spec.CascadeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoresTest {

    private static final PictureScore RIGHT = new PictureScore(true, true, true, false, 1.0);
    private static final PictureScore WRONG = new PictureScore(false, false, false, true, 0.5);

    @Test
    void givesTheExactBinomialProbabilityOfTheDisagreements() {
        // R: binom.test(2, 12)$p.value and binom.test(5, 10)$p.value
        assertThat(new McNemar(2, 10).pValue()).isCloseTo(0.03857421875, within(1e-12));
        assertThat(new McNemar(5, 5).pValue()).isEqualTo(1);
        assertThat(new McNemar(0, 0).pValue()).isEqualTo(1);
        assertThat(new McNemar(0, 300).pValue()).isLessThan(1e-80).isPositive();
    }

    @Test
    void countsOnlyPicturesWhereTheRunsDisagree() {
        assertThat(McNemar.of(new boolean[] {true, true, false, false}, new boolean[] {true, false, true, true}))
                .isEqualTo(new McNemar(1, 2));
        assertThatThrownBy(() -> McNemar.of(new boolean[1], new boolean[2]))
                .isInstanceOf(CascadeException.class).hasMessageStartingWith("Cannot compare runs: 1 and 2");
    }

    @Test
    void writesOneRowARunWithItsStandardError() {
        RunScores run = new RunScores("native", List.of(RIGHT, RIGHT, RIGHT, WRONG));

        assertThat(ScoreTable.markdown(List.of(run))).endsWith(
                "| native | 4 | 75.0 ± 21.7 % | 75.0 ± 21.7 % | 75.0 ± 21.7 % | 25.0 ± 21.7 % | 1.00 |\n");
    }

    @Test
    void comparesRunsOnTheCaptionsTheyShare() {
        RunScores cascade = new RunScores("cascade", List.of(RIGHT, RIGHT, WRONG));
        RunScores direct = new RunScores("direct", List.of(WRONG, RIGHT));

        assertThat(ScoreTable.comparison(cascade, direct))
                .isEqualTo("cascade against direct, object count: right only in the first 1, only in the second 0,"
                        + " McNemar p = 1.0\n");
    }

    @Test
    void hasNoHighFrequencyInAnEvenPictureAndAllOfItInACheckerboard() {
        float[] even = new float[3 * 64];
        float[] checkered = new float[3 * 64];
        for (int i = 0; i < 192; i++) {
            checkered[i] = (i + i / 8) % 2;
        }

        assertThat(HighFrequency.energy(new Picture(8, 8, even))).isZero();
        assertThat(HighFrequency.energy(new Picture(8, 8, checkered))).isCloseTo(0.25, within(0.05));
    }
}
