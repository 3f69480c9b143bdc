package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.checkpoint.CheckpointJson;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.function.Function;

/**
 * Weights of an earlier model to begin a training with. Token embeddings follow their words, so the vocabulary may
 * differ; words the earlier model lacks begin fresh.
 */
final class WarmStart {

    private static final String TOKENS = "text_model.embeddings.token_embedding.weight";

    private final DiffusersFolder earlier;
    private final DiffusersFolder now;

    /**
     * @param earlier the model to take weights from
     * @param now the model under training; its tokenizer must be there
     */
    WarmStart(DiffusersFolder earlier, DiffusersFolder now) {
        this.earlier = earlier;
        this.now = now;
    }

    /**
     * A source of a component's weights.
     *
     * @param fresh gives what the earlier model lacks
     * @throws CascadeException CHECKPOINT_INVALID if a tensor is missing or of another shape, CHECKPOINT_UNSUPPORTED if
     *     it is not float32
     */
    Function<ParameterSpec, float[]> component(String component, Function<ParameterSpec, float[]> fresh) {
        return parameter -> {
            try (CheckpointWeights weights = earlier.weights(component)) {
                float[] values = floats(component, parameter, weights.raw(parameter.key()));
                if (parameter.key().equals(TOKENS)) {
                    return followWords(values, fresh.apply(parameter), parameter.shape().get(1).intValue());
                }
                if (values.length != parameter.size()) {
                    throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot begin with " + component + "."
                            + parameter.key() + ": it has " + weights.shape(parameter.key()) + ", the model wants "
                            + parameter.shape() + " (begin without an earlier model)");
                }
                return values;
            }
        };
    }

    private float[] followWords(float[] before, float[] table, int channels) {
        Map<String, Object> words = vocabulary(now);
        vocabulary(earlier).forEach((word, id) -> {
            if (words.get(word) instanceof Number row) {
                int from = ((Number) id).intValue() * channels;
                System.arraycopy(before, from, table, row.intValue() * channels, channels);
            }
        });
        return table;
    }

    private static Map<String, Object> vocabulary(DiffusersFolder folder) {
        return CheckpointJson.read(folder.file(DiffusersFolder.TOKENIZER, "vocab.json"));
    }

    private static float[] floats(String component, ParameterSpec parameter, RawTensor tensor) {
        if (tensor.dtype() != Dtype.F32) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot begin with " + component + "."
                    + parameter.key() + ": " + tensor.dtype() + " (expected F32)");
        }
        float[] values = new float[tensor.bytes().remaining() / Float.BYTES];
        tensor.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
