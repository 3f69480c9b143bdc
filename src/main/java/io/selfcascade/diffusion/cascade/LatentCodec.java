package io.selfcascade.diffusion.cascade;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.model.vae.AutoencoderKl;
import io.selfcascade.diffusion.model.vae.AutoencoderKlConfig;
import io.selfcascade.diffusion.model.vae.VaeTiling;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.Tiling;
import java.util.Arrays;

/**
 * Between pictures and scaled latents, one item at a time, in tiles when large. Safe for use by several prepared
 * threads.
 */
public final class LatentCodec {

    private final TensorScope owner;
    private final AutoencoderKlConfig config;
    private final VaeTiling tiling;
    private final WeightSource weights;
    private final Executable<NDArray, NDArray> encoder;
    private final Executable<NDArray, NDArray> decoder;

    /** @param owner owns weights and native code, and names the device */
    LatentCodec(TensorScope owner, DiffusersFolder folder) {
        this.owner = owner;
        config = AutoencoderKlConfig.of(folder.config(DiffusersFolder.VAE));
        AutoencoderKl vae = new AutoencoderKl(Params.root(DiffusersFolder.VAE), config);
        tiling = VaeTiling.of(config);
        weights = new WeightSource(owner, folder, DiffusersFolder.VAE, vae.layout());
        encoder = vae.loadEncoder(owner);
        decoder = vae.loadDecoder(owner);
    }

    /** Pixels per latent cell and side. */
    public int scaleFactor() {
        return config.scaleFactor();
    }

    public int latentChannels() {
        return config.latentChannels();
    }

    /**
     * Decodes a latent.
     *
     * @param pivot scaled latent
     * @return picture, (3, H, W), about [-1, 1]
     * @throws io.selfcascade.spec.CascadeException DEVICE_OUT_OF_MEMORY
     */
    public float[] decode(Pivot pivot, Tiling wanted, Dtype dtype) {
        float[] raw = config.scaling().unscale(pivot.data(), pivot.channels());
        if (tiling.applies(wanted, config, pivot.height(), pivot.width())) {
            return tiling.decode(raw, pivot.height(), pivot.width(), config.outChannels(),
                    (tile, height, width) -> run(decoder, tile, pivot.channels(), height, width, dtype));
        }
        return run(decoder, raw, pivot.channels(), pivot.height(), pivot.width(), dtype);
    }

    /**
     * Encodes a picture as the mean of its latent: no noise is drawn.
     *
     * @param picture (3, height, width) in [-1, 1]; sides in pixels, multiples of {@link #scaleFactor}
     * @return scaled latent
     * @throws io.selfcascade.spec.CascadeException DEVICE_OUT_OF_MEMORY
     */
    public Pivot encode(float[] picture, int height, int width, Dtype dtype) {
        LatentShape shape = new LatentShape(config.latentChannels(), height / scaleFactor(), width / scaleFactor());
        float[] moments = tiling.applies(Tiling.AUTO, config, shape.height(), shape.width())
                ? tiling.encode(picture, height, width, 2 * shape.channels(),
                        (tile, h, w) -> run(encoder, tile, config.inChannels(), h, w, dtype))
                : run(encoder, picture, config.inChannels(), height, width, dtype);
        float[] mean = Arrays.copyOf(moments, shape.count());     // the first half of the channels
        return Pivot.of(shape, config.scaling().scale(mean, shape.channels()));
    }

    private float[] run(Executable<NDArray, NDArray> half, float[] map, int channels, int height, int width, Dtype dtype) {
        // Some checkpoints overflow in 16-bit floats and say so.
        Dtype format = config.forceUpcast() && dtype == Dtype.F16 ? Dtype.F32 : dtype;
        try (TensorScope call = TensorScope.open(owner.device())) {
            return TensorScope.toFloats(half.run(
                    call, weights.in(format), call.floats(map, 1, channels, height, width), Mode.INFER));
        }
    }
}
