package io.selfcascade.diffusion.graph;

/** How many axes a value has, and which of them holds channels. Sizes other than channels are symbols. */
public enum Rank {
    /** (B, C, H, W). */
    MAP(4, 1),
    /** (B, N, C). */
    TOKENS(3, 2),
    /** (B, C). */
    EMBEDDING(2, 1),
    /** (B, N) whole numbers. */
    IDS(2, -1),
    /** (B), one number per item. */
    PER_ITEM(1, -1),
    /** (), a single number. */
    SINGLE(0, -1);

    private final int axes;
    private final int channelAxis;

    Rank(int axes, int channelAxis) {
        this.axes = axes;
        this.channelAxis = channelAxis;
    }

    public int axes() {
        return axes;
    }

    /** Axis of the channels, -1 if there is none. */
    public int channelAxis() {
        return channelAxis;
    }
}
