package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tokens;

/** The feed-forward part of a transformer block: to four times the channels, gated by a GELU, and back. */
public final class FeedForward {

    private static final int EXPANSION = 4;

    private final Linear projection;
    private final Linear output;

    public FeedForward(Params p, int channels) {
        projection = p.linear("net.0.proj", channels, 2 * EXPANSION * channels);
        output = p.linear("net.2", EXPANSION * channels, channels);
    }

    /**
     * @param x (B, N, C)
     * @return the same shape
     */
    public Tokens apply(Tokens x) {
        return output.apply(projection.apply(x).geglu());
    }
}
