package io.selfcascade.diffusion.graph;

import java.util.List;

/** One number per item, (B), always float32: a timestep, or the weight of an item in a loss. */
public final class Scalar extends Dense<Scalar> {

    Scalar(Node node) {
        super(node);
    }

    /** An input of the graph: (B) float32. */
    public static Scalar input(String name) {
        return new Scalar(new Node(new Op.Input(name, true), List.of(), Rank.PER_ITEM, 0));
    }

    /**
     * The timestep embedding of diffusers: sines and cosines of {@code t exp(-ln(10000) i / (size / 2 - freqShift))},
     * computed in float32.
     *
     * @param size channels of the result, even
     * @param flipSinToCos cosines first if true, sines first if false
     * @param freqShift 0 for Stable Diffusion
     * @return (B, size)
     */
    public Embedding sinusoidal(int size, boolean flipSinToCos, double freqShift) {
        return new Embedding(apply(new Op.Sinusoidal(size, flipSinToCos, freqShift), Rank.EMBEDDING, size));
    }

    @Override
    Scalar wrap(Node node) {
        return new Scalar(node);
    }
}
