package io.selfcascade.diffusion.graph;

import java.util.List;

/** One vector per item, (B, C). */
public final class Embedding extends Dense<Embedding> {

    Embedding(Node node) {
        super(node);
    }

    /** An input of the graph: (B, channels) float32. */
    public static Embedding input(String name, int channels) {
        return new Embedding(new Node(new Op.Input(name, false), List.of(), Rank.EMBEDDING, channels));
    }

    /** An input that stays float32 whatever the weights are, such as picture sizes to be embedded. */
    public static Embedding exactInput(String name, int channels) {
        return new Embedding(new Node(new Op.Input(name, true), List.of(), Rank.EMBEDDING, channels));
    }

    /** This vector followed by {@code other}. */
    public Embedding concat(Embedding other) {
        return joined(other);
    }

    /** Channels {@code from} (inclusive) to {@code to} (exclusive). */
    public Embedding channels(int from, int to) {
        return sliced(from, to);
    }

    /**
     * Each number embedded as a timestep, all joined in order: (B, C) to (B, C size).
     *
     * @see Scalar#sinusoidal
     */
    public Embedding sinusoidalOfEach(int size, boolean flipSinToCos, double freqShift) {
        return result(new Op.Sinusoidal(size, flipSinToCos, freqShift), channels() * size);
    }

    @Override
    Embedding wrap(Node node) {
        return new Embedding(node);
    }
}
