package io.selfcascade.diffusion.cascade;

import io.selfcascade.diffusion.tensor.TensorMath;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleKernel;

/**
 * The function φ: enlarges a pivot to the size of the next stage, as a latent (the paper) or as a picture between a
 * decode and an encode (sharper edges, at the cost of two passes of the VAE).
 *
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, section 4.1</a>
 */
public final class PivotUpsampler {

    private final Device device;
    private final LatentCodec codec;

    /** @param codec for the hand-over in pixels */
    public PivotUpsampler(Device device, LatentCodec codec) {
        this.device = device;
        this.codec = codec;
    }

    /**
     * Enlarges a pivot.
     *
     * @param pivot scaled latent; not changed
     * @param target of the same channels, no side smaller than the pivot's
     * @param dtype of the VAE's weights, if it is used
     * @return scaled latent of {@code target}; the pivot itself if it has that size already
     * @throws CascadeException SHAPE_MISMATCH if a side would shrink or channels differ
     */
    public Pivot lift(Pivot pivot, LatentShape target, Upsample upsample, Dtype dtype) {
        if (pivot.shape().equals(target)) {
            return pivot;
        }
        if (pivot.channels() != target.channels() || pivot.height() > target.height() || pivot.width() > target.width()) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH,
                    "Cannot lift pivot: " + pivot.shape() + " to " + target + " (stages may only grow)");
        }
        return switch (upsample.space()) {
            case LATENT -> Pivot.of(target, resize(
                    pivot.data(), pivot.channels(), pivot.height(), pivot.width(), target.height(), target.width(),
                    upsample.kernel()));
            case PIXEL -> liftPixels(pivot, target, upsample.kernel(), dtype);
        };
    }

    private Pivot liftPixels(Pivot pivot, LatentShape target, UpsampleKernel kernel, Dtype dtype) {
        float[] picture = codec.decode(pivot, Tiling.AUTO, dtype);
        for (int i = 0; i < picture.length; i++) {
            picture[i] = Math.max(-1, Math.min(1, picture[i]));     // a picture has no colours beyond black and white
        }
        int factor = codec.scaleFactor();
        float[] enlarged = resize(picture, picture.length / (pivot.height() * pivot.width() * factor * factor),
                pivot.height() * factor, pivot.width() * factor, target.height() * factor, target.width() * factor, kernel);
        return codec.encode(enlarged, target.height() * factor, target.width() * factor, dtype);
    }

    private float[] resize(float[] map, int channels, int height, int width, int toHeight, int toWidth,
            UpsampleKernel kernel) {
        try (TensorScope scope = TensorScope.open(device)) {
            return TensorScope.toFloats(TensorMath.resize(
                    scope, scope.floats(map, 1, channels, height, width), kernel, toHeight, toWidth));
        }
    }
}
