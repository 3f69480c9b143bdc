package io.selfcascade.diffusion.cascade;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.model.clip.ClipTextConfig;
import io.selfcascade.diffusion.model.clip.ClipTextEncoder;
import io.selfcascade.diffusion.model.clip.ClipTokenizer;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Dtype;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Turns prompts into the context the UNet attends to, one at a time and each once: items of a workload share prompts,
 * and all share the negative one. Safe for use by several prepared threads.
 */
public final class PromptEncoder {

    private static final int REMEMBERED = 256;

    private final TensorScope owner;
    private final ClipTextConfig config;
    private final ClipTokenizer tokenizer;
    private final WeightSource weights;
    private final Executable<NDArray, NDArray> encoder;
    /** Least recently used first. */
    private final Map<Key, float[]> contexts = new LinkedHashMap<>(16, 0.75f, true);

    /** @param owner owns weights and native code, and names the device */
    PromptEncoder(TensorScope owner, DiffusersFolder folder) {
        this.owner = owner;
        config = ClipTextConfig.of(folder.config(DiffusersFolder.TEXT_ENCODER));
        ClipTextEncoder text = new ClipTextEncoder(Params.root(DiffusersFolder.TEXT_ENCODER), config);
        tokenizer = ClipTokenizer.load(folder, config.positions());
        weights = new WeightSource(owner, folder, DiffusersFolder.TEXT_ENCODER, text.layout());
        encoder = text.load(owner);
    }

    /** Channels of a token. */
    public int channels() {
        return config.hiddenSize();
    }

    /**
     * The context of a prompt.
     *
     * @return (tokens, {@link #channels}) row-major; shared, not to be changed
     */
    public synchronized float[] encode(String prompt, Dtype dtype) {
        Key key = new Key(prompt, dtype);
        float[] context = contexts.get(key);
        if (context == null) {
            context = run(prompt, dtype);
            contexts.put(key, context);
            if (contexts.size() > REMEMBERED) {
                contexts.remove(contexts.keySet().iterator().next());
            }
        }
        return context;
    }

    private float[] run(String prompt, Dtype dtype) {
        long[] ids = tokenizer.encode(prompt);
        try (TensorScope call = TensorScope.open(owner.device())) {
            NDArray states = encoder.run(call, weights.in(dtype), call.longs(ids, 1, ids.length), Mode.INFER);
            return TensorScope.toFloats(states);
        }
    }

    private record Key(String prompt, Dtype dtype) {}
}
