package io.selfcascade.diffusion.noise;

/** Standard normal noise by name. */
public interface NoiseSource {

    /**
     * Draws, or draws again, the noise of that name.
     *
     * @return (channels, height, width) row-major, mean 0, variance 1; a new array
     * @throws io.selfcascade.spec.CascadeException INTERNAL if the source does not know the draw
     */
    float[] draw(NoiseKey key);
}
