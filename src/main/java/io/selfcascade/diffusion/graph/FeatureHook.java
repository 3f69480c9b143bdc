package io.selfcascade.diffusion.graph;

/** What a variant does to the maps of a network while its graph is built. */
@FunctionalInterface
public interface FeatureHook {

    /** Leaves every map as it is. */
    FeatureHook NONE = (point, h, embedding) -> h;

    /**
     * @param point where {@code h} comes from
     * @param h the map computed there
     * @param embedding the network's time embedding
     * @return what the network goes on with, of the same channels
     */
    FeatureMap at(Point point, FeatureMap h, Embedding embedding);
}
