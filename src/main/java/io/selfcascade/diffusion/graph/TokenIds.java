package io.selfcascade.diffusion.graph;

import java.util.List;

/** Ids of a vocabulary, (B, N) int64. */
public final class TokenIds implements Value {

    private final Node node;

    private TokenIds(Node node) {
        this.node = node;
    }

    /** An input of the graph: (B, N) int64. */
    public static TokenIds input(String name) {
        return new TokenIds(new Node(new Op.Input(name, true), List.of(), Rank.IDS, 0));
    }

    @Override
    public Node node() {
        return node;
    }
}
