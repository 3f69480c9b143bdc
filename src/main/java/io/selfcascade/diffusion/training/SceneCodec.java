package io.selfcascade.diffusion.training;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.vae.AutoencoderKl;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneRenderer;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** Scenes to raw latents and raw latents to pictures, by an autoencoder at the native size. */
final class SceneCodec {

    /** Pixels of the native picture's side. */
    static final int NATIVE = 128;
    private static final int TOGETHER = 8;

    private final TensorScope owner;
    private final AutoencoderKl vae;
    private final WeightSet weights;
    private final Executable<NDArray, NDArray> encoder;
    private final Executable<NDArray, NDArray> decoder;

    /** @param weights of the autoencoder; may change between calls */
    SceneCodec(TensorScope owner, AutoencoderKl vae, WeightSet weights) {
        this.owner = owner;
        this.vae = vae;
        this.weights = weights;
        this.encoder = vae.loadEncoder(owner);
        this.decoder = vae.loadDecoder(owner);
    }

    int latentChannels() {
        return vae.config().latentChannels();
    }

    /** Cells of a native latent's side. */
    int latentSide() {
        return NATIVE / vae.config().scaleFactor();
    }

    /** The means of the scenes' raw latents, one after the other. */
    float[] encode(List<Scene> scenes) {
        int length = latentChannels() * latentSide() * latentSide();
        float[] latents = new float[scenes.size() * length];
        for (int from = 0; from < scenes.size(); from += TOGETHER) {
            List<Scene> part = scenes.subList(from, Math.min(scenes.size(), from + TOGETHER));
            float[] moments = moments(part);
            for (int i = 0; i < part.size(); i++) {
                System.arraycopy(moments, 2 * i * length, latents, (from + i) * length, length);
            }
        }
        return latents;
    }

    /** The same, scaled as the UNet works on them. */
    float[] encodeScaled(List<Scene> scenes) {
        return each(encode(scenes), scenes.size(), vae.config().scaling()::scale);
    }

    /** The pictures of scaled latents. */
    List<Picture> decodeScaled(float[] latents, int count) {
        return decode(each(latents, count, vae.config().scaling()::unscale), count);
    }

    private float[] each(float[] latents, int count, BiFunction<float[], Integer, float[]> scaling) {
        int length = latents.length / count;
        float[] scaled = new float[latents.length];
        for (int i = 0; i < count; i++) {
            float[] one = Arrays.copyOfRange(latents, i * length, (i + 1) * length);
            System.arraycopy(scaling.apply(one, latentChannels()), 0, scaled, i * length, length);
        }
        return scaled;
    }

    /** The pictures of raw latents. */
    List<Picture> decode(float[] latents, int count) {
        try (TensorScope scope = TensorScope.open(owner)) {
            NDArray raw = scope.floats(latents, count, latentChannels(), latentSide(), latentSide());
            float[] rgb = TensorScope.toFloats(decoder.run(scope, weights, raw, Mode.INFER));
            List<Picture> pictures = new ArrayList<>();
            int length = rgb.length / count;
            for (int i = 0; i < count; i++) {
                float[] unit = new float[length];
                for (int j = 0; j < length; j++) {
                    unit[j] = Math.max(0, Math.min(1, 0.5f + 0.5f * rgb[i * length + j]));
                }
                pictures.add(new Picture(NATIVE, NATIVE, unit));
            }
            return pictures;
        }
    }

    private float[] moments(List<Scene> scenes) {
        float[] rgb = new float[scenes.size() * 3 * NATIVE * NATIVE];
        for (int i = 0; i < scenes.size(); i++) {
            PictureBatch.copy(SceneRenderer.render(scenes.get(i), NATIVE), rgb, i);
        }
        try (TensorScope scope = TensorScope.open(owner)) {
            NDArray pictures = scope.floats(rgb, scenes.size(), 3, NATIVE, NATIVE);
            return TensorScope.toFloats(encoder.run(scope, weights, pictures, Mode.INFER));
        }
    }
}
