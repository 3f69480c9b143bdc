package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.LayerNorm;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tokens;

/** Self-attention, attention to the text and a feed-forward part, each normalised before and added back. */
public final class BasicTransformerBlock {

    private static final double EPSILON = 1e-5;

    private final LayerNorm norm1;
    private final Attention attn1;
    private final LayerNorm norm2;
    private final Attention attn2;
    private final LayerNorm norm3;
    private final FeedForward ff;

    public BasicTransformerBlock(Params p, int channels, int contextChannels, int heads) {
        norm1 = p.layerNorm("norm1", channels, EPSILON);
        attn1 = new Attention(p.at("attn1"), channels, channels, heads, false);
        norm2 = p.layerNorm("norm2", channels, EPSILON);
        attn2 = new Attention(p.at("attn2"), channels, contextChannels, heads, false);
        norm3 = p.layerNorm("norm3", channels, EPSILON);
        ff = new FeedForward(p.at("ff"), channels);
    }

    /**
     * @param h (B, N, C)
     * @param context (B, M, contextChannels)
     * @param selfScaling factor on the logits of self-attention; 1 is plain
     * @return (B, N, C)
     */
    public Tokens apply(Tokens h, Tokens context, double selfScaling) {
        Tokens normal = norm1.apply(h);
        h = h.plus(attn1.apply(normal, normal, selfScaling));
        h = h.plus(attn2.apply(norm2.apply(h), context, 1));
        return h.plus(ff.apply(norm3.apply(h)));
    }
}
