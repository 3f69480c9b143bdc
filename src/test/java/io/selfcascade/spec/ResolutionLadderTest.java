package io.selfcascade.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResolutionLadderTest {

    private static final int MULTIPLE = 8;

    @Test
    void climbsFromTheNativeAreaToTheExactTargetInStepsOfAtMostTwo() {
        Random random = new Random(2402);
        for (int round = 0; round < 20_000; round++) {
            ImageSize model = ImageSize.square(64 * (1 + random.nextInt(16)));
            ImageSize target = new ImageSize(
                    MULTIPLE * (1 + random.nextInt(1024)), MULTIPLE * (1 + random.nextInt(1024)));

            ResolutionLadder ladder = ResolutionLadder.of(model, target, MULTIPLE);

            assertThat(ladder.target()).isEqualTo(target);
            assertThat(model.pixels() * Math.pow(4, ladder.adaptations())).isGreaterThanOrEqualTo(target.pixels());
            assertThat(ladder.adaptations() == 0 || model.pixels() * Math.pow(4, ladder.adaptations() - 1)
                    < target.pixels()).isTrue();
            checkSteps(ladder.sizes());
            checkBase(ladder, model);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "512, 1024, 1024, 1, 512x512",            // Stable Diffusion 2.1 at 4x the pixels
        "512, 2048, 2048, 2, 512x512 1024x1024",  // and at 16x
        "512, 3072, 1536, 3, 728x360 1176x584 1896x952",
        "1024, 2048, 2048, 1, 1024x1024",         // SDXL
        "1024, 4096, 4096, 2, 1024x1024 2048x2048",
        "256, 512, 512, 1, 256x256",              // LVDM, per frame
    })
    void hasTheStagesOfThePaper(int side, int width, int height, int adaptations, String smaller) {
        ResolutionLadder ladder = ResolutionLadder.of(ImageSize.square(side), new ImageSize(width, height), MULTIPLE);

        assertThat(ladder.adaptations()).isEqualTo(adaptations);
        assertThat(ladder.sizes().stream().map(ImageSize::toString))
                .containsExactly((smaller + " " + width + "x" + height).split(" "));
    }

    @Test
    void needsOneStageAtOrBelowTheNativeArea() {
        assertThat(ResolutionLadder.of(ImageSize.square(512), new ImageSize(1024, 256), MULTIPLE).sizes())
                .containsExactly(new ImageSize(1024, 256));
    }

    @Test
    void refusesATargetBetweenMultiples() {
        assertThatThrownBy(() -> ResolutionLadder.of(ImageSize.square(512), new ImageSize(1000, 1001), MULTIPLE))
                .hasMessage("Invalid target: 1000x1001 (expected multiples of 8; the next larger is 1000x1008)");
    }

    private static void checkSteps(List<ImageSize> sizes) {
        for (int r = 0; r < sizes.size(); r++) {
            assertThat(sizes.get(r).width() % MULTIPLE + sizes.get(r).height() % MULTIPLE).isZero();
            if (r > 0) {
                assertThat(sizes.get(r).width()).isBetween(sizes.get(r - 1).width(), 2 * sizes.get(r - 1).width());
                assertThat(sizes.get(r).height()).isBetween(sizes.get(r - 1).height(), 2 * sizes.get(r - 1).height());
            }
        }
    }

    /** Within rounding: half a multiple from its own side, and up to one more where the side above asks for it. */
    private static void checkBase(ResolutionLadder ladder, ImageSize model) {
        if (ladder.adaptations() > 0) {
            double shrunk = Math.sqrt((double) model.pixels() / ladder.target().pixels());
            assertThat((double) ladder.base().width())
                    .isCloseTo(ladder.target().width() * shrunk, within(1.5 * MULTIPLE));
            assertThat((double) ladder.base().height())
                    .isCloseTo(ladder.target().height() * shrunk, within(1.5 * MULTIPLE));
        }
    }
}
