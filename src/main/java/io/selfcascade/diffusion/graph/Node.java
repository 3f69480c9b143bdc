package io.selfcascade.diffusion.graph;

import java.util.List;

/** One operation applied to operands. Immutable, compared by identity: equal text at two places is two nodes. */
public final class Node {

    private final Op op;
    private final List<Node> operands;
    private final Rank rank;
    private final int channels;

    Node(Op op, List<Node> operands, Rank rank, int channels) {
        this.op = op;
        this.operands = List.copyOf(operands);
        this.rank = rank;
        this.channels = channels;
    }

    public Op op() {
        return op;
    }

    public List<Node> operands() {
        return operands;
    }

    public Rank rank() {
        return rank;
    }

    /** Channels of the result; 0 for a rank without channels. */
    public int channels() {
        return channels;
    }
}
