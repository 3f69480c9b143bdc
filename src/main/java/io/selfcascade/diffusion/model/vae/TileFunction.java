package io.selfcascade.diffusion.model.vae;

/** Maps one tile, a map of a fixed number of channels, to another, enlarged or reduced by a fixed factor. */
public interface TileFunction {

    /**
     * @param tile (channels, height, width) row-major
     * @return (channels', height', width') row-major
     */
    float[] apply(float[] tile, int height, int width);
}
