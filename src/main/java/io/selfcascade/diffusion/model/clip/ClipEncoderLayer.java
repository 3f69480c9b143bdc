package io.selfcascade.diffusion.model.clip;

import io.selfcascade.diffusion.graph.LayerNorm;
import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tokens;

/** One layer of CLIP's text encoder: causal self-attention and a feed-forward part, normalised before, added back. */
final class ClipEncoderLayer {

    private final LayerNorm layerNorm1;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final LayerNorm layerNorm2;
    private final Linear fc1;
    private final Linear fc2;
    private final int heads;
    private final boolean quickGelu;

    ClipEncoderLayer(Params p, ClipTextConfig config) {
        int channels = config.hiddenSize();
        Params attention = p.at("self_attn");
        heads = config.heads();
        quickGelu = config.quickGelu();
        key = attention.linear("k_proj", channels, channels);
        value = attention.linear("v_proj", channels, channels);
        query = attention.linear("q_proj", channels, channels);
        out = attention.linear("out_proj", channels, channels);
        layerNorm1 = p.layerNorm("layer_norm1", channels, config.layerNormEps());
        fc1 = p.at("mlp").linear("fc1", channels, config.intermediateSize());
        fc2 = p.at("mlp").linear("fc2", config.intermediateSize(), channels);
        layerNorm2 = p.layerNorm("layer_norm2", channels, config.layerNormEps());
    }

    /** (B, N, C) to the same shape; token n sees tokens 0..n, padding included. */
    Tokens apply(Tokens x) {
        Tokens normal = layerNorm1.apply(x);
        Tokens seen = query.apply(normal).attend(key.apply(normal), value.apply(normal), heads, true, 1);
        Tokens h = x.plus(out.apply(seen));
        Tokens wide = fc1.apply(layerNorm2.apply(h));
        return h.plus(fc2.apply(quickGelu ? wide.quickGelu() : wide.gelu()));
    }
}
