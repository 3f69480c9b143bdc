package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneObject;
import io.selfcascade.diffusion.scenes.SceneRenderer;
import io.selfcascade.diffusion.scenes.SceneSampler;
import java.util.Random;

/**
 * The pictures of one step of the autoencoder's training, drawn from (seed, step) alone. Even steps see a few whole
 * pictures at native size; odd steps see many crops on objects, from renders at 1, 2 and 4 times the native side, so
 * that the latent space means the same at every scale.
 *
 * @param size pictures
 * @param side of each, in pixels
 * @param rgb (size, 3, side, side) in [-1, 1]
 * @param noise standard normal, (size, 4, side / 8, side / 8)
 */
record PictureBatch(int size, int side, float[] rgb, float[] noise) {

    static final int LATENT_CHANNELS = 4;
    static final int FACTOR = 8;
    private static final int NATIVE = 128;
    private static final int CROP = 64;
    private static final int WHOLE_PICTURES = 2;
    private static final int CROPS = 8;
    private static final int[] RENDER_SIDES = {NATIVE, NATIVE, 2 * NATIVE, 4 * NATIVE};

    /** Whether a step sees whole pictures. */
    static boolean isWhole(long step) {
        return step % 2 == 0;
    }

    static PictureBatch draw(SceneSampler sampler, long seed, long step) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + step);
        random.nextLong();
        int size = isWhole(step) ? WHOLE_PICTURES : CROPS;
        int side = isWhole(step) ? NATIVE : CROP;
        float[] rgb = new float[size * 3 * side * side];
        for (int i = 0; i < size; i++) {
            Scene scene = sampler.scene(SceneMix.WORLD, step * CROPS + i);
            Picture picture = isWhole(step) ? SceneRenderer.render(scene, NATIVE)
                    : crop(scene, RENDER_SIDES[i % RENDER_SIDES.length], random);
            copy(picture, rgb, i);
        }
        float[] noise = new float[size * LATENT_CHANNELS * (side / FACTOR) * (side / FACTOR)];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        return new PictureBatch(size, side, rgb, noise);
    }

    /** Moves a picture from [0, 1] to [-1, 1], into place {@code index} of a batch of equal pictures. */
    static void copy(Picture picture, float[] batch, int index) {
        float[] rgb = picture.rgb();
        for (int i = 0; i < rgb.length; i++) {
            batch[index * rgb.length + i] = 2 * rgb[i] - 1;
        }
    }

    /** A window somewhere on one of the objects. */
    private static Picture crop(Scene scene, int side, Random random) {
        SceneObject object = scene.objects().get(random.nextInt(scene.objects().size()));
        double spread = 0.9 * Math.max(object.radius(), 0.5 * CROP / side);
        int left = corner(object.x() + spread * (2 * random.nextDouble() - 1), side);
        int top = corner(object.y() + spread * (2 * random.nextDouble() - 1), side);
        return SceneRenderer.crop(scene, side, left, top, CROP);
    }

    private static int corner(double centre, int side) {
        return (int) Math.max(0, Math.min(side - CROP, Math.round(centre * side - CROP / 2.0)));
    }
}
