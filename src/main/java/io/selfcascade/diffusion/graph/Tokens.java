package io.selfcascade.diffusion.graph;

import java.util.List;

/** A sequence of vectors, (B, N, C). */
public final class Tokens extends Dense<Tokens> {

    Tokens(Node node) {
        super(node);
    }

    /** An input of the graph: (B, N, channels) float32. */
    public static Tokens input(String name, int channels) {
        return new Tokens(new Node(new Op.Input(name, false), List.of(), Rank.TOKENS, channels));
    }

    /** Channels of these tokens followed by those of as many others. */
    public Tokens concat(Tokens other) {
        return joined(other);
    }

    /** Channels {@code from} (inclusive) to {@code to} (exclusive). */
    public Tokens channels(int from, int to) {
        return sliced(from, to);
    }

    /** The first half of the channels, gated by the GELU of the second half. */
    public Tokens geglu() {
        int half = channels() / 2;
        return channels(0, half).times(channels(half, 2 * half).gelu());
    }

    /**
     * Attention of these queries to keys and values, split over heads, fused: no N by N matrix is ever held.
     *
     * @param keys (B, M, C), as many channels as the queries
     * @param values (B, M, D)
     * @param heads a divisor of both channel counts
     * @param causal whether token n sees only tokens 0..n
     * @param scaling factor on the usual {@code 1 / sqrt(C / heads)}; 1 is plain attention
     * @return (B, N, D)
     */
    public Tokens attend(Tokens keys, Tokens values, int heads, boolean causal, double scaling) {
        Definition.check("attention keys", channels(), keys.channels());
        Definition.require(heads >= 1 && channels() % heads == 0 && values.channels() % heads == 0,
                "Cannot attend: " + heads + " heads over " + channels() + " channels (heads must divide the channels)");
        double scale = scaling / Math.sqrt(channels() / (double) heads);
        return result(new Op.Attention(heads, causal, scale), values.channels(), keys.node(), values.node());
    }

    /** Back to a map of the batch, height and width of {@code like}; the inverse of {@link FeatureMap#toTokens()}. */
    public FeatureMap toMap(FeatureMap like) {
        return new FeatureMap(apply(new Op.ToMap(), Rank.MAP, channels(), like.node()));
    }

    /**
     * One token of each item: the first whose id is {@code id}, or the first with the largest id.
     *
     * @param ids (B, N), the ids these tokens came from
     * @param id the id looked for; -1 takes the largest
     */
    public Embedding tokenAt(TokenIds ids, long id) {
        return new Embedding(apply(new Op.TokenAt(id), Rank.EMBEDDING, channels(), ids.node()));
    }

    @Override
    Tokens wrap(Node node) {
        return new Tokens(node);
    }
}
