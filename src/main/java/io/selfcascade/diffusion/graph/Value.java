package io.selfcascade.diffusion.graph;

/** The symbolic result of an operation. The rank is in the type, channels are checked while building. */
public sealed interface Value permits Dense, TokenIds {

    /** The node that computes this value. */
    Node node();
}
