package io.selfcascade.diffusion.cascade;

import java.util.List;

/** The base model's network, asked for a batch at one timestep. */
public interface Denoiser {

    /**
     * Predicts for each sample; one native call.
     *
     * @param samples x_t of each, all of {@code shape}; not changed
     * @param timestep 0..999, larger is noisier
     * @param contexts text of each sample
     * @return what the network says about each, in the meaning of its prediction type
     * @throws io.selfcascade.spec.CascadeException DEVICE_OUT_OF_MEMORY, SHAPE_MISMATCH
     */
    List<float[]> predict(List<float[]> samples, LatentShape shape, int timestep, List<float[]> contexts);
}
