package io.selfcascade.diffusion.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import java.util.List;
import org.junit.jupiter.api.Test;

class SceneRendererTest {

    private static final Scene DISC = scene(Figure.CIRCLE, false);

    @Test
    void paintsTheColourInsideAndTheBackgroundOutside() {
        Picture picture = SceneRenderer.render(DISC, 64);

        assertThat(picture.at(0, 32, 32)).isCloseTo(0.90f, within(1e-6f));
        assertThat(picture.at(2, 0, 0)).isCloseTo(0.96f, within(1e-6f));
    }

    @Test
    void coversTheAreaOfACircleAtAnyResolution() {
        double exact = Math.PI * 0.25 * 0.25;

        assertThat(coverage(SceneRenderer.render(DISC, 32))).isCloseTo(exact, within(0.003));
        assertThat(coverage(SceneRenderer.render(DISC, 128))).isCloseTo(exact, within(0.0005));
        assertThat(coverage(SceneRenderer.render(DISC, 300))).isCloseTo(exact, within(0.0005));
    }

    @Test
    void drawsAWindowEqualToThatPartOfTheWhole() {
        Scene scene = new SceneSampler(Split.TRAIN, 1).scene(SceneMix.WORLD, 5);
        Picture whole = SceneRenderer.render(scene, 96);
        Picture window = SceneRenderer.crop(scene, 96, 20, 40, 24);

        for (int y = 0; y < 24; y++) {
            for (int x = 0; x < 24; x++) {
                assertThat(window.at(1, x, y)).isEqualTo(whole.at(1, x + 20, y + 40));
            }
        }
    }

    @Test
    void givesGrainTheSamePixelScaleAtEveryResolution() {
        Scene grainy = scene(Figure.CIRCLE, true);

        assertThat(roughness(SceneRenderer.render(grainy, 64)))
                .isCloseTo(roughness(SceneRenderer.render(grainy, 512)), within(0.02));
        assertThat(roughness(SceneRenderer.render(grainy, 128))).isGreaterThan(0.05);
        assertThat(roughness(SceneRenderer.render(DISC, 128))).isZero();
    }

    @Test
    void drawsStarsWithFiveTipsPointingUp() {
        int tips = 0;
        for (int degree = 0; degree < 360; degree++) {
            boolean now = atDegree(degree);
            tips += !atDegree(degree - 1) && now ? 1 : 0;
        }

        assertThat(tips).isEqualTo(5);
        assertThat(Figure.STAR.contains(0, -1.19)).isTrue();
        assertThat(Figure.STAR.contains(0, 1)).isFalse();
    }

    @Test
    void keepsEveryFigureWithinItsReach() {
        for (Figure figure : Figure.values()) {
            for (int degree = 0; degree < 360; degree++) {
                double angle = Math.toRadians(degree);
                assertThat(figure.contains(1.2001 * Math.cos(angle), 1.2001 * Math.sin(angle))).isFalse();
            }
        }
    }

    private static boolean atDegree(int degree) {
        return Figure.STAR.contains(Math.cos(Math.toRadians(degree)), Math.sin(Math.toRadians(degree)));
    }

    private static Scene scene(Figure figure, boolean grainy) {
        SceneObject object = new SceneObject(figure, Colour.RED, Texture.PLAIN, grainy, 0.5, 0.5, 0.25, 0.1);
        return new Scene(Background.WHITE, List.of(object), false, 11);
    }

    /** How much of the picture the red object covers, from the blue channel: 0.96 outside, 0.12 inside. */
    private static double coverage(Picture picture) {
        double sum = 0;
        for (int i = 0; i < picture.width() * picture.height(); i++) {
            sum += (0.96 - picture.rgb()[2 * picture.width() * picture.height() + i]) / (0.96 - 0.12);
        }
        return sum / (picture.width() * picture.height());
    }

    /** Mean absolute difference of neighbours in the middle of the object. */
    private static double roughness(Picture picture) {
        int from = picture.width() * 3 / 8;
        int to = picture.width() * 5 / 8;
        double sum = 0;
        for (int y = from; y < to; y++) {
            for (int x = from; x < to; x++) {
                sum += Math.abs(picture.at(0, x, y) - picture.at(0, x + 1, y));
            }
        }
        return sum / ((to - from) * (to - from));
    }
}
