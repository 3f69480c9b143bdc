package io.selfcascade.diffusion.graph;

/** A single number, (): what training minimises, or a sum of such terms. */
public final class Loss extends Dense<Loss> {

    Loss(Node node) {
        super(node);
    }

    @Override
    Loss wrap(Node node) {
        return new Loss(node);
    }
}
