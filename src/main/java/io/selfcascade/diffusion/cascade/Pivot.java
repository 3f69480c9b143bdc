package io.selfcascade.diffusion.cascade;

import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import io.selfcascade.diffusion.checkpoint.SafetensorsWriter;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;

/**
 * The clean latent a stage ends with and the next one starts from.
 *
 * @param data scaled latent, (channels, height, width) row-major; not copied, so not to be changed by anyone
 */
public record Pivot(float[] data, int channels, int height, int width) {

    private static final String TENSOR = "latent";

    public Pivot {
        if (data.length != new LatentShape(channels, height, width).count()) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Invalid pivot: " + data.length + " numbers for "
                    + channels + " x " + height + " x " + width);
        }
    }

    /** A pivot of that shape. */
    public static Pivot of(LatentShape shape, float[] data) {
        return new Pivot(data, shape.channels(), shape.height(), shape.width());
    }

    /**
     * Reads a safetensors file with the one tensor {@code latent}, (1, C, H, W).
     *
     * @throws CascadeException CHECKPOINT_INVALID if the bytes are no safetensors file, SHAPE_MISMATCH for other shapes
     */
    public static Pivot fromBytes(byte[] file) {
        try (SafetensorsFile stored = SafetensorsFile.of(file, "pivot")) {
            List<Long> shape = stored.entry(TENSOR).shape();
            if (shape.size() != 4 || shape.get(0) != 1) {
                throw new CascadeException(
                        ErrorCode.SHAPE_MISMATCH, "Cannot read pivot: shape " + shape + " (expected one latent, (1, C, H, W))");
            }
            return new Pivot(stored.floats(TENSOR), shape.get(1).intValue(), shape.get(2).intValue(),
                    shape.get(3).intValue());
        }
    }

    /** A safetensors file with the one tensor {@code latent}, (1, C, H, W) float32; equal pivots make equal bytes. */
    public byte[] toBytes() {
        return new SafetensorsWriter().tensor(TENSOR, data, 1, channels, height, width).toBytes();
    }

    public LatentShape shape() {
        return new LatentShape(channels, height, width);
    }
}
