package io.selfcascade.diffusion.noise;

/**
 * PyTorch's CPU generator: a Mersenne Twister, and {@code torch.randn} on top of it. One stream, drawn in order.
 *
 * <p>Sixteen or more values are made in blocks of sixteen from 24-bit uniforms; fewer come one by one in double
 * precision with the second of each pair kept for the next call. Builds of PyTorch that vectorise the logarithm differ
 * in the last bits only. Not safe for use by several threads.
 */
public final class TorchCpuGenerator {

    private static final int N = 624;
    private static final int M = 397;
    private static final int BLOCK = 16;

    private final int[] state = new int[N];
    private int position = N;
    private double spare = Double.NaN;

    /**
     * Starts the stream as {@code torch.Generator().manual_seed(seed)} does.
     *
     * @param seed only its low 32 bits count, as in PyTorch
     */
    public TorchCpuGenerator(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    /** The next {@code count} standard normal values, as {@code torch.randn} returns them in float32. */
    public float[] randn(int count) {
        float[] values = new float[count];
        if (count < BLOCK) {
            for (int i = 0; i < count; i++) {
                values[i] = (float) normal();
            }
            return values;
        }
        for (int i = 0; i < count; i++) {
            values[i] = uniform24();
        }
        for (int start = 0; start + BLOCK <= count; start += BLOCK) {
            boxMuller(values, start);
        }
        if (count % BLOCK != 0) {
            // The last sixteen positions are drawn anew, over values that were already final.
            for (int i = count - BLOCK; i < count; i++) {
                values[i] = uniform24();
            }
            boxMuller(values, count - BLOCK);
        }
        return values;
    }

    /** Moves the stream past a draw of {@code count} values without computing them. */
    public void skip(int count) {
        if (count < BLOCK) {
            randn(count);
            return;
        }
        int words = count + (count % BLOCK == 0 ? 0 : BLOCK);
        for (int i = 0; i < words; i++) {
            word();
        }
    }

    private static void boxMuller(float[] values, int start) {
        for (int j = start; j < start + BLOCK / 2; j++) {
            float open = 1 - values[j];
            float radius = (float) Math.sqrt(-2 * (float) StrictMath.log(open));
            float angle = (float) (2 * Math.PI) * values[j + BLOCK / 2];
            values[j] = radius * (float) StrictMath.cos(angle);
            values[j + BLOCK / 2] = radius * (float) StrictMath.sin(angle);
        }
    }

    private double normal() {
        if (!Double.isNaN(spare)) {
            double kept = spare;
            spare = Double.NaN;
            return kept;
        }
        double turn = uniform53();
        double closed = uniform53();
        double radius = Math.sqrt(-2 * StrictMath.log1p(-closed));
        spare = radius * StrictMath.sin(2 * Math.PI * turn);
        return radius * StrictMath.cos(2 * Math.PI * turn);
    }

    private float uniform24() {
        return (word() & 0xffffff) * 0x1.0p-24f;
    }

    private double uniform53() {
        long high = word();
        long low = word() & 0xffffffffL;
        return ((high << 32 | low) & (1L << 53) - 1) * 0x1.0p-53;
    }

    private int word() {
        if (position == N) {
            twist();
        }
        int y = state[position++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7fffffff;
            state[i] = state[(i + M) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
        position = 0;
    }
}
