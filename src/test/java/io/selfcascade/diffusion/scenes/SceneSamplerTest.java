package io.selfcascade.diffusion.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SceneSamplerTest {

    private static final List<Scene> SCENES = draw(new SceneSampler(Split.TRAIN, 7), 4000);

    @Test
    void drawsTheSameSceneForTheSameNumber() {
        assertThat(new SceneSampler(Split.TRAIN, 7).scene(SceneMix.WORLD, 3999)).isEqualTo(SCENES.get(3999));
    }

    @Test
    void keepsHeldOutScenesApartFromTrainingScenes() {
        Set<Scene> seen = new HashSet<>(SCENES);

        assertThat(draw(new SceneSampler(Split.HELD_OUT, 7), 4000)).noneMatch(seen::contains);
    }

    @Test
    void placesWholeObjectsApartFromEachOther() {
        assertThat(SCENES).filteredOn(scene -> !scene.closeUp()).allSatisfy(scene -> {
            List<SceneObject> objects = scene.objects();
            assertThat(objects).allMatch(object -> object.x() - object.reach() > 0 && object.x() + object.reach() < 1
                    && object.y() - object.reach() > 0 && object.y() + object.reach() < 1);
            for (int i = 0; i < objects.size(); i++) {
                for (SceneObject other : objects.subList(i + 1, objects.size())) {
                    assertThat(objects.get(i).isApartFrom(other, 0.05)).isTrue();
                }
            }
        });
    }

    @Test
    void givesNoColourTwiceInAScene() {
        assertThat(SCENES).allMatch(scene ->
                scene.objects().stream().map(SceneObject::colour).distinct().count() == scene.objects().size());
    }

    @Test
    void drawsSizesOverMoreThanAnEightfoldRange() {
        List<Double> radii = SCENES.stream().flatMap(scene -> scene.objects().stream())
                .map(SceneObject::radius).sorted().toList();

        assertThat(radii.get(0)).isBetween(0.1, 0.102);
        assertThat(radii.get(radii.size() - 1) / radii.get(0)).isGreaterThan(8);
    }

    @Test
    void drawsTexturePeriodsDownToThreePixelsOfANativeRender() {
        assertThat(SCENES).anyMatch(scene -> scene.objects().stream().anyMatch(object -> object.period() * 128 < 3));
        assertThat(SCENES).allMatch(scene -> scene.objects().stream().allMatch(object -> object.period() * 128 >= 2));
    }

    @Test
    void makesAQuarterOfTheWorldCloseUps() {
        assertThat(SCENES.stream().filter(Scene::closeUp).count() / 4000.0).isBetween(0.23, 0.27);
    }

    private static List<Scene> draw(SceneSampler sampler, int count) {
        return LongStream.range(0, count).mapToObj(i -> sampler.scene(SceneMix.WORLD, i)).toList();
    }
}
