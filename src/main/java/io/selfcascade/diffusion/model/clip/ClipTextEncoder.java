package io.selfcascade.diffusion.model.clip;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.LayerNorm;
import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Table;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.TokenIds;
import io.selfcascade.diffusion.graph.Tokens;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** CLIP's text encoder, as transformers' CLIPTextModel: a definition, holding no weights. */
public final class ClipTextEncoder {

    private static final String IDS = "input_ids";
    private static final String STATES = "hidden_states";

    private final ClipTextConfig config;
    private final ParameterLayout layout;
    private final Table tokenEmbedding;
    private final Table positionEmbedding;
    private final List<ClipEncoderLayer> layers = new ArrayList<>();
    private final LayerNorm finalLayerNorm;
    private final @Nullable Linear textProjection;

    /** @param root a scope no other model's parameters are in */
    public ClipTextEncoder(Params root, ClipTextConfig config) {
        this.config = config;
        Params text = root.at("text_model");
        tokenEmbedding = text.at("embeddings").table("token_embedding", config.vocabSize(), config.hiddenSize());
        positionEmbedding = text.at("embeddings").table("position_embedding", config.positions(), config.hiddenSize());
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.add(new ClipEncoderLayer(text.at("encoder").at("layers", layer), config));
        }
        finalLayerNorm = text.layerNorm("final_layer_norm", config.hiddenSize(), config.layerNormEps());
        textProjection = config.projectionDim() == 0 ? null
                : root.linearWithoutBias("text_projection", config.hiddenSize(), config.projectionDim());
        layout = root.layout();
    }

    public ClipTextConfig config() {
        return config;
    }

    /** Keys and shapes of all weights. */
    public ParameterLayout layout() {
        return layout;
    }

    /**
     * The context of Stable Diffusion 1.x and 2.x: the last layer's states, normalised.
     *
     * @param ids (B, N) int64
     * @return (B, N, hiddenSize)
     */
    public Tokens lastHiddenState(TokenIds ids) {
        return finalLayerNorm.apply(hiddenState(ids, 1));
    }

    /**
     * States of a layer counted from the end, not normalised: 1 is the last layer, 2 the one SDXL takes.
     *
     * @param ids (B, N) int64
     * @return (B, N, hiddenSize)
     * @throws CascadeException GRAPH_INVALID if there are not so many layers
     */
    public Tokens hiddenState(TokenIds ids, int fromEnd) {
        if (fromEnd < 1 || fromEnd > layers.size() + 1) {
            throw new CascadeException(ErrorCode.GRAPH_INVALID, "Cannot take hidden state " + fromEnd
                    + " from the end: the encoder has " + layers.size() + " layers (use 1.." + (layers.size() + 1) + ")");
        }
        Tokens x = positionEmbedding.addPositions(tokenEmbedding.lookUp(ids));
        for (ClipEncoderLayer layer : layers.subList(0, layers.size() + 1 - fromEnd)) {
            x = layer.apply(x);
        }
        return x;
    }

    /**
     * The text as one vector: the normalised state at its end token, projected.
     *
     * @param ids (B, N) int64
     * @return (B, projectionDim)
     * @throws CascadeException GRAPH_INVALID if this encoder has no projection
     */
    public Embedding pooled(TokenIds ids) {
        if (textProjection == null) {
            throw new CascadeException(ErrorCode.GRAPH_INVALID,
                    "Cannot pool text: the encoder has no projection (it is no CLIPTextModelWithProjection)");
        }
        return textProjection.apply(lastHiddenState(ids).tokenAt(ids, config.pooledId()));
    }

    /**
     * Loads the encoder up to {@link #lastHiddenState}; each run is one native call.
     *
     * @return from ids, (B, N) int64, to states, (B, N, hiddenSize) float32, owned by the scope of the run
     */
    public Executable<NDArray, NDArray> load(TensorScope owner) {
        TokenIds ids = TokenIds.input(IDS);
        Graph graph = Graph.of(List.of(ids), STATES, lastHiddenState(ids));
        return Executable.load(owner, graph, array -> new Tensors(Map.of(IDS, array)), Tensors::only);
    }
}
