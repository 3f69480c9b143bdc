package io.selfcascade.diffusion.model.unet;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a UNet is run on. All float32, owned by the caller.
 *
 * @param sample noised latent, scaled, (B, in, H, W)
 * @param timestep (B), 0..999, larger is noisier
 * @param context text, (B, N, crossAttentionDim)
 * @param pooledText (B, pooledTextDim); null without an addition embedding
 * @param timeIds picture sizes, (B, 6); null without an addition embedding
 */
public record UNetTensors(
        NDArray sample, NDArray timestep, NDArray context, @Nullable NDArray pooledText, @Nullable NDArray timeIds) {

    /** For a UNet without an addition embedding. */
    public UNetTensors(NDArray sample, NDArray timestep, NDArray context) {
        this(sample, timestep, context, null, null);
    }

    /** By input name; an executable with further inputs adds its own. */
    public Map<String, NDArray> byName() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put(UNetValues.SAMPLE, sample);
        arrays.put(UNetValues.TIMESTEP, timestep);
        arrays.put(UNetValues.CONTEXT, context);
        if (pooledText != null && timeIds != null) {
            arrays.put(UNetValues.POOLED_TEXT, pooledText);
            arrays.put(UNetValues.TIME_IDS, timeIds);
        }
        return arrays;
    }

    Tensors tensors() {
        return new Tensors(byName());
    }
}
