package io.selfcascade.diffusion.nn;

import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.Linear;
import io.selfcascade.diffusion.graph.Params;

/** Two linear maps with a SiLU between: what makes of sinusoids an embedding the blocks understand. */
public final class TimestepEmbedding {

    private final Linear linear1;
    private final Linear linear2;

    public TimestepEmbedding(Params p, int in, int out) {
        linear1 = p.linear("linear_1", in, out);
        linear2 = p.linear("linear_2", out, out);
    }

    /**
     * @param x (B, in)
     * @return (B, out)
     */
    public Embedding apply(Embedding x) {
        return linear2.apply(linear1.apply(x).silu());
    }
}
