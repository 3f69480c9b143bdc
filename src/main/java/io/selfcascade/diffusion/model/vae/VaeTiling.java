package io.selfcascade.diffusion.model.vae;

import io.selfcascade.spec.Tiling;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes and decodes in overlapping tiles, blended linearly where they overlap, as diffusers does: memory is that of
 * one tile. Every tile has its own normalisation statistics, so tiled and untiled results differ a little in tone.
 *
 * <p>The overlap is rounded so that tiles meet cell by cell; for tiles of a multiple of four cells it is diffusers'
 * quarter exactly.
 *
 * @param tile side of a tile in latent cells
 * @param step from tile to tile, in latent cells
 * @param factor pixels per cell and side
 */
public record VaeTiling(int tile, int step, int factor) {

    private static final double OVERLAP = 0.25;

    /** Beyond this, activations of one map at full size are worth avoiding: 1 GiB, of which several live at once. */
    private static final long LARGEST_UNTILED_BYTES = 1L << 30;

    /** The tiles of a model: of the size it was trained on. */
    public static VaeTiling of(AutoencoderKlConfig config) {
        int tile = Math.max(2, config.sampleSize() / config.scaleFactor());
        return new VaeTiling(tile, Math.max(1, (int) (tile * (1 - OVERLAP))), config.scaleFactor());
    }

    /**
     * Whether a picture is to be tiled.
     *
     * @param height of the latent, in cells
     * @param width of the latent, in cells
     */
    public boolean applies(Tiling wanted, AutoencoderKlConfig config, int height, int width) {
        boolean exceedsTile = height > tile || width > tile;
        long pixels = (long) height * width * factor * factor;
        boolean large = pixels * config.blockOutChannels().get(0) * Float.BYTES > LARGEST_UNTILED_BYTES;
        return switch (wanted) {
            case NONE -> false;
            case TILED -> exceedsTile;
            case AUTO -> exceedsTile && large;
        };
    }

    /**
     * Decodes tile by tile.
     *
     * @param latent raw, (channels, height, width)
     * @param decode from a tile of latent to its pixels
     * @return (3, H, W)
     */
    public float[] decode(float[] latent, int height, int width, int outChannels, TileFunction decode) {
        Blend blend = new Blend(outChannels, height * factor, width * factor, step * factor, (tile - step) * factor);
        return run(new Plane(latent, latent.length / (height * width), height, width), tile, step, factor, 1, blend, decode);
    }

    /**
     * Encodes tile by tile.
     *
     * @param picture (3, height, width) in pixels, multiples of the factor
     * @param encode from a tile of pixels to its moments
     * @return (channels, h, w)
     */
    public float[] encode(float[] picture, int height, int width, int outChannels, TileFunction encode) {
        Blend blend = new Blend(outChannels, height / factor, width / factor, step, tile - step);
        return run(new Plane(picture, picture.length / (height * width), height, width),
                tile * factor, step * factor, 1, factor, blend, encode);
    }

    private static float[] run(Plane in, int side, int stride, int enlarge, int reduce, Blend blend, TileFunction f) {
        List<Plane> above = new ArrayList<>();
        for (int y = 0; y < in.height; y += stride) {
            List<Plane> row = new ArrayList<>();
            for (int x = 0; x < in.width; x += stride) {
                int height = Math.min(side, in.height - y);
                int width = Math.min(side, in.width - x);
                float[] out = f.apply(in.cut(y, x, height, width), height, width);
                Plane tile = new Plane(out, blend.channels, height * enlarge / reduce, width * enlarge / reduce);
                if (y > 0) {
                    blend.down(above.get(row.size()), tile);
                }
                if (x > 0) {
                    blend.across(row.get(row.size() - 1), tile);
                }
                blend.paste(tile, y * enlarge / reduce, x * enlarge / reduce);
                row.add(tile);
            }
            above = row;
        }
        return blend.result;
    }

    /** A map in memory. */
    private record Plane(float[] data, int channels, int height, int width) {

        private float[] cut(int top, int left, int rows, int columns) {
            float[] piece = new float[channels * rows * columns];
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < rows; y++) {
                    System.arraycopy(data, at(c, top + y, left), piece, (c * rows + y) * columns, columns);
                }
            }
            return piece;
        }

        private int at(int c, int y, int x) {
            return (c * height + y) * width + x;
        }
    }

    /** Where blended tiles come together: each gives its first {@code limit} rows and columns. */
    private static final class Blend {

        private final int channels;
        private final int height;
        private final int width;
        private final int limit;
        private final int extent;
        private final float[] result;

        private Blend(int channels, int height, int width, int limit, int extent) {
            this.channels = channels;
            this.height = height;
            this.width = width;
            this.limit = limit;
            this.extent = extent;
            this.result = new float[Math.multiplyExact(channels, Math.multiplyExact(height, width))];
        }

        /** Fades the last rows of the tile above into the first rows of the tile below, in place. */
        private void down(Plane above, Plane below) {
            int rows = Math.min(extent, Math.min(above.height, below.height));
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < rows; y++) {
                    for (int x = 0; x < below.width; x++) {
                        fade(above, above.at(c, above.height - rows + y, x), below, below.at(c, y, x), y, rows);
                    }
                }
            }
        }

        private void across(Plane left, Plane right) {
            int columns = Math.min(extent, Math.min(left.width, right.width));
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < right.height; y++) {
                    for (int x = 0; x < columns; x++) {
                        fade(left, left.at(c, y, left.width - columns + x), right, right.at(c, y, x), x, columns);
                    }
                }
            }
        }

        private static void fade(Plane from, int source, Plane to, int target, int place, int extent) {
            double share = (double) place / extent;
            to.data[target] = (float) (from.data[source] * (1 - share) + to.data[target] * share);
        }

        private void paste(Plane tile, int top, int left) {
            int rows = Math.min(Math.min(limit, tile.height), height - top);
            int columns = Math.min(Math.min(limit, tile.width), width - left);
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < rows; y++) {
                    System.arraycopy(tile.data, tile.at(c, y, 0), result, (c * height + top + y) * width + left, columns);
                }
            }
        }
    }
}
