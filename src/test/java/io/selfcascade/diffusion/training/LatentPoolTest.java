package io.selfcascade.diffusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.diffusion.noise.BetaSchedule;
import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.scenes.Background;
import io.selfcascade.diffusion.scenes.Colour;
import io.selfcascade.diffusion.scenes.Figure;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneObject;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import io.selfcascade.diffusion.scenes.Texture;
import io.selfcascade.diffusion.training.LatentPool.LatentShape;
import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentPoolTest {

    private static final LatentShape SHAPE = new LatentShape(2, 4, 3);
    private static final SceneSampler SAMPLER = new SceneSampler(Split.TRAIN, 1);
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.of(BetaSchedule.SCALED_LINEAR, 0.00085, 0.012, 1000);

    @TempDir
    private Path folder;

    @Test
    void readsBackWhatTheEncoderMade() {
        LatentPool pool = pool("a", 11);

        float[] batch = new float[2 * SHAPE.latent()];
        pool.copyLatent(9, batch, 1);
        assertThat(pool.size()).isEqualTo(11);
        assertThat(batch[SHAPE.latent()]).isEqualTo((float) SAMPLER.scene(SceneMix.WORLD, 9).objects().get(0).x());
        assertThat(pool.id(9, 1)).isEqualTo(SAMPLER.scene(SceneMix.WORLD, 9).caption().length());
    }

    @Test
    void refusesAFileCutShort() throws IOException {
        pool("a", 3);
        byte[] whole = Files.readAllBytes(folder.resolve("a"));
        Files.write(folder.resolve("b"), Arrays.copyOf(whole, whole.length - 1));

        assertThatThrownBy(() -> LatentPool.read(folder.resolve("b"), SHAPE))
                .isInstanceOf(CascadeException.class).hasMessageContaining("delete it to encode anew");
    }

    @Test
    void drawsTheSameBatchForTheSameStepAndAnotherForTheNext() {
        LatentPool one = pool("a", 5);
        LatentPool more = pool("b", 4);

        DenoisingBatch batch = draw(one, more, 7);

        assertThat(draw(one, more, 7)).usingRecursiveComparison().isEqualTo(batch);
        assertThat(draw(one, more, 8).noise()).isNotEqualTo(batch.noise());
        double power = batch.signal()[0] * batch.signal()[0] + batch.spread()[0] * batch.spread()[0];
        assertThat(power).isCloseTo(1, within(1e-6));
    }

    @Test
    void weighsCellsToAMeanOfOneWithObjectsAboveBackground() {
        LatentPool pool = pool("a", 5);
        float[] weights = draw(pool, pool, 1).weights();
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }

        assertThat(sum / weights.length).isCloseTo(1, within(1e-4));
    }

    @Test
    void emphasisesSmallObjectsMost() {
        byte[] small = Emphasis.of(scene(0.07), 16);
        byte[] large = Emphasis.of(scene(0.3), 16);

        assertThat(small[8 * 16 + 8]).isGreaterThan(large[8 * 16 + 8]).isGreaterThan((byte) 32);
        assertThat(large[8 * 16 + 8]).isPositive();
        assertThat(large[0]).isZero();
    }

    @Test
    void fadesTheEmphasisOutBeforeTheEnd() {
        assertThat(Curriculum.emphasis(0)).isEqualTo(3);
        assertThat(Curriculum.emphasis(1)).isLessThan(0.5);
        assertThat(Curriculum.oneObject(0)).isGreaterThan(Curriculum.oneObject(1));
    }

    private LatentPool pool(String name, int size) {
        Path file = folder.resolve(name);
        LatentPool.prepare(file, SHAPE, size, n -> SAMPLER.scene(SceneMix.WORLD, n), LatentPoolTest::encode,
                caption -> new long[] {1, caption.length(), 2});
        return LatentPool.read(file, SHAPE);
    }

    private static float[] encode(List<Scene> scenes) {
        float[] latents = new float[scenes.size() * SHAPE.latent()];
        for (int i = 0; i < scenes.size(); i++) {
            latents[i * SHAPE.latent()] = (float) scenes.get(i).objects().get(0).x();
        }
        return latents;
    }

    private static DenoisingBatch draw(LatentPool one, LatentPool more, long step) {
        return DenoisingBatch.draw(one, more, new long[] {1, 2, 2}, SCHEDULE, 6, 42, step, 0.5);
    }

    private static Scene scene(double radius) {
        SceneObject object = new SceneObject(Figure.CIRCLE, Colour.RED, Texture.PLAIN, false, 0.53, 0.53, radius, 0.1);
        return new Scene(Background.WHITE, List.of(object), false, 0);
    }
}
