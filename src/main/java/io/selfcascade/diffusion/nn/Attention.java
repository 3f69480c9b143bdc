package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Tokens;

/** Attention of diffusers: queries from one sequence, keys and values from another (or the same), heads joined. */
public final class Attention {

    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;
    private final int heads;

    /**
     * @param channels of the queries and of the result
     * @param contextChannels of what is attended to
     * @param heads a divisor of {@code channels}
     * @param biased whether queries, keys and values have a bias (the VAE's do, the UNet's do not)
     */
    public Attention(Params p, int channels, int contextChannels, int heads, boolean biased) {
        this.heads = heads;
        toQ = projection(p, "to_q", channels, channels, biased);
        toK = projection(p, "to_k", contextChannels, channels, biased);
        toV = projection(p, "to_v", contextChannels, channels, biased);
        toOut = p.linear("to_out.0", channels, channels);
    }

    /**
     * @param x (B, N, channels)
     * @param context (B, M, contextChannels)
     * @param scaling factor on the usual logits; 1 is plain attention
     * @return (B, N, channels)
     */
    public Tokens apply(Tokens x, Tokens context, double scaling) {
        Tokens attended = toQ.apply(x).attend(toK.apply(context), toV.apply(context), heads, false, scaling);
        return toOut.apply(attended);
    }

    private static Linear projection(Params p, String name, int in, int out, boolean biased) {
        return biased ? p.linear(name, in, out) : p.linearWithoutBias(name, in, out);
    }
}
