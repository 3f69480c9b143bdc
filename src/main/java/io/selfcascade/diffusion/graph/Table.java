package io.selfcascade.diffusion.graph;

import java.util.List;

/** A table of vectors: a vocabulary, or the positions of a sequence. */
public record Table(Parameter weight) {

    /**
     * The row of each id.
     *
     * @param ids (B, N), each below the number of rows
     * @return (B, N, C)
     */
    public Tokens lookUp(TokenIds ids) {
        return new Tokens(new Node(new Op.Lookup(weight), List.of(ids.node()), Rank.TOKENS, weight.size(1)));
    }

    /**
     * Adds row n to token n.
     *
     * @param x (B, N, C), no more tokens than rows
     * @return the same shape
     * @throws io.selfcascade.spec.CascadeException SHAPE_MISMATCH if the channels differ
     */
    public Tokens addPositions(Tokens x) {
        Definition.check(weight.key(), weight.size(1), x.channels());
        return x.same(new Op.AddPositions(weight));
    }
}
