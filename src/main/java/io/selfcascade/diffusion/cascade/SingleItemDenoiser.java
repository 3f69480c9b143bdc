package io.selfcascade.diffusion.cascade;

import java.util.ArrayList;
import java.util.List;

/**
 * Asks another denoiser for one item at a time, a guided item's pair of samples together: kernels may sum in another
 * order for another batch, and this way the batch is always the same.
 */
final class SingleItemDenoiser implements Denoiser {

    private final Denoiser denoiser;
    private final int items;

    /** @param items samples come as this many, or as twice this many: all without their prompts, then all with */
    SingleItemDenoiser(Denoiser denoiser, int items) {
        this.denoiser = denoiser;
        this.items = items;
    }

    @Override
    public List<float[]> predict(List<float[]> samples, LatentShape shape, int timestep, List<float[]> contexts) {
        List<float[]> outputs = new ArrayList<>(samples);
        for (int item = 0; item < items; item++) {
            List<Integer> mine = new ArrayList<>();
            for (int i = item; i < samples.size(); i += items) {
                mine.add(i);
            }
            List<float[]> answers = denoiser.predict(
                    mine.stream().map(samples::get).toList(), shape, timestep, mine.stream().map(contexts::get).toList());
            for (int i = 0; i < mine.size(); i++) {
                outputs.set(mine.get(i), answers.get(i));
            }
        }
        return outputs;
    }
}
