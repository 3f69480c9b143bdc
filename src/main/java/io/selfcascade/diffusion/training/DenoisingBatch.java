package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.noise.NoiseSchedule;
import io.selfcascade.diffusion.training.LatentPool.LatentShape;
import java.util.Random;

/**
 * The data of one step of the denoiser's training, drawn from (seed, step) alone so that a resumed training repeats it.
 *
 * @param size examples
 * @param latents scaled, (size, channels, side, side)
 * @param noise standard normal, as latents
 * @param weights of the cells in the loss, (size, 1, side, side), mean 1
 * @param timesteps (size), 0..999
 * @param signal √ᾱ per example
 * @param spread √(1−ᾱ) per example
 * @param ids (size, tokens)
 */
record DenoisingBatch(int size, float[] latents, float[] noise, float[] weights, float[] timesteps, float[] signal,
        float[] spread, long[] ids) {

    private static final double EMPTY_CAPTIONS = 0.1;
    private static final int MID_FROM = 350;
    private static final int MID_RANGE = 600;

    /**
     * Draws the batch of a step.
     *
     * @param one scenes with one object
     * @param more scenes with two or three
     * @param empty token ids of the empty caption, for guidance
     * @param progress of the training, 0..1
     */
    static DenoisingBatch draw(LatentPool one, LatentPool more, long[] empty, NoiseSchedule schedule, int size,
            long seed, long step, double progress) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + step);
        random.nextLong();
        LatentShape shape = one.shape();
        DenoisingBatch batch = new DenoisingBatch(size, new float[size * shape.latent()],
                new float[size * shape.latent()], new float[size * shape.cells()], new float[size], new float[size],
                new float[size], new long[size * shape.tokens()]);
        for (int row = 0; row < size; row++) {
            LatentPool pool = random.nextDouble() < Curriculum.oneObject(progress) ? one : more;
            batch.fill(row, pool, random.nextInt(pool.size()), Curriculum.emphasis(progress));
            if (random.nextDouble() < EMPTY_CAPTIONS) {
                System.arraycopy(empty, 0, batch.ids, row * shape.tokens(), shape.tokens());
            }
            batch.setTimestep(row, timestep(row, size, progress, random), schedule);
        }
        for (int i = 0; i < batch.noise.length; i++) {
            batch.noise[i] = (float) random.nextGaussian();
        }
        batch.normaliseWeights();
        return batch;
    }

    private static int timestep(int row, int size, double progress, Random random) {
        double spread = (row + random.nextDouble()) / size;                       // stratified over the batch
        double draw = random.nextDouble() < Curriculum.midTimesteps(progress)
                ? MID_FROM + MID_RANGE * random.nextDouble() : 1000 * spread;
        return (int) Math.min(999, draw);
    }

    private void fill(int row, LatentPool pool, int index, double emphasis) {
        pool.copyLatent(index, latents, row);
        int cells = pool.shape().cells();
        for (int cell = 0; cell < cells; cell++) {
            weights[row * cells + cell] = (float) (1 + emphasis * pool.emphasis(index, cell));
        }
        for (int position = 0; position < pool.shape().tokens(); position++) {
            ids[row * pool.shape().tokens() + position] = pool.id(index, position);
        }
    }

    private void setTimestep(int row, int timestep, NoiseSchedule schedule) {
        timesteps[row] = timestep;
        signal[row] = (float) Math.sqrt(schedule.alphaBar(timestep));
        spread[row] = (float) Math.sqrt(1 - schedule.alphaBar(timestep));
    }

    private void normaliseWeights() {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= (float) (weights.length / sum);
        }
    }
}
