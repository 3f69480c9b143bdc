package io.selfcascade.diffusion.cascade;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.model.unet.UNetTensors;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A UNet as a denoiser: all samples in one native call, all native memory freed before it returns. */
final class UNetDenoiser implements Denoiser {

    private final Device device;
    private final Executable<UNetTensors, NDArray> unet;
    private final WeightSet weights;
    private final int contextChannels;

    /** @param weights stay owned by the model */
    UNetDenoiser(Device device, Executable<UNetTensors, NDArray> unet, WeightSet weights, int contextChannels) {
        this.device = device;
        this.unet = unet;
        this.weights = weights;
        this.contextChannels = contextChannels;
    }

    @Override
    public List<float[]> predict(List<float[]> samples, LatentShape shape, int timestep, List<float[]> contexts) {
        int batch = samples.size();
        float[] timesteps = new float[batch];
        Arrays.fill(timesteps, timestep);
        int tokens = contexts.get(0).length / contextChannels;
        try (TensorScope step = TensorScope.open(device)) {
            NDArray output = unet.run(step, weights, new UNetTensors(
                    step.floats(joined(samples), batch, shape.channels(), shape.height(), shape.width()),
                    step.floats(timesteps, batch),
                    step.floats(joined(contexts), batch, tokens, contextChannels)), Mode.INFER);
            return split(TensorScope.toFloats(output), batch);
        }
    }

    private static float[] joined(List<float[]> parts) {
        int length = parts.get(0).length;
        float[] whole = new float[Math.multiplyExact(length, parts.size())];
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(parts.get(i), 0, whole, i * length, length);
        }
        return whole;
    }

    private static List<float[]> split(float[] whole, int parts) {
        int length = whole.length / parts;
        List<float[]> split = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            split.add(Arrays.copyOfRange(whole, i * length, (i + 1) * length));
        }
        return split;
    }
}
