package io.selfcascade.diffusion.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SceneCaptionTest {

    @Test
    void namesObjectsInOrderWithSizeMaterialColourTextureAndShape() {
        SceneObject circle = new SceneObject(Figure.CIRCLE, Colour.RED, Texture.STRIPED, false, 0.2, 0.2, 0.1, 0.1);
        SceneObject square = new SceneObject(Figure.SQUARE, Colour.BLUE, Texture.PLAIN, true, 0.7, 0.7, 0.26, 0.1);

        assertThat(new Scene(Background.WHITE, List.of(circle, square), false, 0).caption())
                .isEqualTo("a small red striped circle and a large grainy blue square on a white background");
    }

    @Test
    void saysCloseUpAndThenNoSize() {
        SceneObject star = new SceneObject(Figure.STAR, Colour.CYAN, Texture.DOTTED, false, 0.5, 0.5, 0.7, 0.1);

        assertThat(new Scene(Background.BLACK, List.of(star), true, 0).caption())
                .isEqualTo("a close-up of a cyan dotted star on a black background");
    }

    @Test
    void usesOnlyWordsOfTheVocabularyAndFitsThirtyTwoTokens() {
        SceneSampler sampler = new SceneSampler(Split.TRAIN, 2);
        for (int i = 0; i < 2000; i++) {
            List<String> words = Pattern.compile("[a-z]+|[^\\sa-z]").matcher(sampler.scene(SceneMix.WORLD, i).caption())
                    .results().map(MatchResult::group).toList();
            assertThat(SceneCaption.vocabulary()).containsAll(words);
            assertThat(words.size() + 2).isLessThanOrEqualTo(32);
        }
    }
}
