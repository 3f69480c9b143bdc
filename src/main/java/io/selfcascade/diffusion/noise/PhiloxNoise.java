package io.selfcascade.diffusion.noise;

/**
 * Noise computed from its name alone. Every draw has its own key; a cell's counter is its (channel, y, x), so its value
 * depends neither on the size of the latent nor on batch, order or neighbours.
 *
 * <p>Logarithm and cosine come from StrictMath: the same bits on every machine.
 *
 * @see <a href="https://doi.org/10.1145/2063384.2063405">Salmon et al. 2011, Philox4x32-10</a>
 */
public final class PhiloxNoise implements NoiseSource {

    private static final double UNIT = 0x1.0p-53;

    @Override
    public float[] draw(NoiseKey key) {
        long drawKey = drawKey(key);
        float[] noise = new float[key.count()];
        int i = 0;
        for (int channel = 0; channel < key.channels(); channel++) {
            for (int y = 0; y < key.height(); y++) {
                for (int x = 0; x < key.width(); x++) {
                    noise[i++] = normal(Philox.block(drawKey, channel, y, x, 0));
                }
            }
        }
        return noise;
    }

    /** Box-Muller, one value a block: a pair would tie a cell to its neighbour. */
    private static float normal(int[] block) {
        double open = (bits53(block[0], block[1]) + 1) * UNIT;     // (0, 1]: its logarithm is finite
        double turn = bits53(block[2], block[3]) * UNIT;           // [0, 1)
        return (float) (Math.sqrt(-2 * StrictMath.log(open)) * StrictMath.cos(2 * Math.PI * turn));
    }

    private static long bits53(int high, int low) {
        return ((long) high << 32 | low & 0xffffffffL) >>> 11;
    }

    private static long drawKey(NoiseKey key) {
        long mixed = mix(key.seed());
        mixed = mix(mixed ^ key.stage());
        mixed = mix(mixed ^ key.step());
        return mix(mixed ^ key.purpose().ordinal());
    }

    /** The finaliser of SplitMix64 after its increment: a bijection, so different names never share a key by seed. */
    private static long mix(long z) {
        z += 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
