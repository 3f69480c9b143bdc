package io.selfcascade.diffusion.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.scenes.Background;
import io.selfcascade.diffusion.scenes.Colour;
import io.selfcascade.diffusion.scenes.Figure;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneObject;
import io.selfcascade.diffusion.scenes.SceneRenderer;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import io.selfcascade.diffusion.scenes.Texture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectCounterTest {

    private static final SceneSampler HELD_OUT = new SceneSampler(Split.HELD_OUT, 2024);

    @ParameterizedTest
    @CsvSource({"128, 400", "256, 120", "512, 60"})
    void countsTrueRendersExactlyAtEverySize(int side, int scenes) {
        int countRight = 0;
        int coloursRight = 0;
        for (int i = 0; i < scenes; i++) {
            Scene scene = HELD_OUT.scene(SceneMix.WORLD, i);
            PictureScore score = PictureScore.of(scene, SceneRenderer.render(scene, side));
            countRight += score.countRight() ? 1 : 0;
            coloursRight += score.coloursRight() ? 1 : 0;
        }

        assertThat(countRight).isGreaterThanOrEqualTo(scenes * 99 / 100);
        assertThat(coloursRight).isGreaterThanOrEqualTo(scenes * 99 / 100);
    }

    @ParameterizedTest
    @CsvSource({"128, 200", "512, 25"})
    void namesTheFiguresOfWholeObjects(int side, int scenes) {
        int right = 0;
        for (int i = 0; i < scenes; i++) {
            Scene scene = HELD_OUT.scene(new SceneMix(1, 1, 1, 0), i);
            right += PictureScore.of(scene, SceneRenderer.render(scene, side)).figuresRight() ? 1 : 0;
        }

        assertThat(right).isGreaterThanOrEqualTo(scenes * 95 / 100);
    }

    @Test
    void saysWhereAnObjectIsAndHowLarge() {
        SceneObject square = new SceneObject(Figure.SQUARE, Colour.BLUE, Texture.STRIPED, true, 0.3, 0.6, 0.2, 0.05);
        Scene scene = new Scene(Background.GRAY, List.of(square), false, 3);

        assertThat(ObjectCounter.find(SceneRenderer.render(scene, 256))).singleElement().satisfies(found -> {
            assertThat(found.colour()).isEqualTo(Colour.BLUE);
            assertThat(found.figure()).isEqualTo(Figure.SQUARE);
            assertThat(found.x()).isBetween(0.295, 0.305);
            assertThat(found.y()).isBetween(0.595, 0.605);
            assertThat(found.area()).isBetween(0.11, 0.116);
        });
    }

    @Test
    void seesNothingOnAnEmptyBackground() {
        SceneObject speck = new SceneObject(Figure.CIRCLE, Colour.RED, Texture.PLAIN, false, 0.5, 0.5, 0.02, 0.1);

        assertThat(ObjectCounter.find(SceneRenderer.render(
                new Scene(Background.CREAM, List.of(speck), false, 0), 128))).isEmpty();
    }

    @Test
    void callsASecondObjectOfACaptionColourADuplicate() {
        SceneObject one = new SceneObject(Figure.STAR, Colour.RED, Texture.PLAIN, false, 0.3, 0.3, 0.1, 0.1);
        SceneObject two = new SceneObject(Figure.STAR, Colour.RED, Texture.PLAIN, false, 0.7, 0.7, 0.1, 0.1);
        Scene caption = new Scene(Background.BLACK, List.of(one), false, 0);
        Scene picture = new Scene(Background.BLACK, List.of(one, two), false, 0);

        PictureScore score = PictureScore.of(caption, SceneRenderer.render(picture, 128));

        assertThat(score.duplicated()).isTrue();
        assertThat(score.countRight()).isFalse();
        assertThat(PictureScore.of(caption, SceneRenderer.render(caption, 128)).duplicated()).isFalse();
    }
}
