package io.selfcascade.diffusion.graph;

import io.selfcascade.diffusion.graph.Op.Resampling;
import java.util.List;

/** A picture of features, (B, C, H, W). */
public final class FeatureMap extends Dense<FeatureMap> {

    FeatureMap(Node node) {
        super(node);
    }

    /** An input of the graph: (B, channels, H, W) float32. */
    public static FeatureMap input(String name, int channels) {
        return new FeatureMap(new Node(new Op.Input(name, false), List.of(), Rank.MAP, channels));
    }

    /** Adds {@code e[b, c]} to all of channel c of item b. */
    public FeatureMap plusPerChannel(Embedding e) {
        Definition.check("plusPerChannel", channels(), e.channels());
        return same(new Op.PerChannel(Op.Arithmetic.ADD), e.node());
    }

    /** Multiplies all of channel c of item b by {@code e[b, c]}. */
    public FeatureMap timesPerChannel(Embedding e) {
        Definition.check("timesPerChannel", channels(), e.channels());
        return same(new Op.PerChannel(Op.Arithmetic.MULTIPLY), e.node());
    }

    /** Multiplies all of item b by {@code s[b]}. */
    public FeatureMap timesPerItem(Scalar s) {
        return same(new Op.PerItem(), s.node());
    }

    /** Channels of this map followed by those of {@code other}, of the same height and width. */
    public FeatureMap concat(FeatureMap other) {
        return joined(other);
    }

    /** Channels {@code from} (inclusive) to {@code to} (exclusive). */
    public FeatureMap channels(int from, int to) {
        return sliced(from, to);
    }

    /** Mean over channels: a map of one channel. */
    public FeatureMap channelMean() {
        return result(new Op.ChannelMean(), 1);
    }

    /** Adds (positive) or cuts off (negative) cells at each border; added cells are zero. */
    public FeatureMap pad(int left, int right, int top, int bottom) {
        return same(new Op.Pad(left, right, top, bottom));
    }

    /** Means of squares of {@code side} by {@code side} cells. */
    public FeatureMap averagePool(int side) {
        return same(new Op.AveragePool(side));
    }

    /** Repeats the nearest cell up to the height and width of {@code like}: one text for all shapes, odd ones too. */
    public FeatureMap upsampleLike(FeatureMap like) {
        return resizeLike(like, Resampling.NEAREST);
    }

    /** Resizes to the height and width of {@code like}, align_corners false. */
    public FeatureMap resizeLike(FeatureMap like, Resampling kernel) {
        return same(new Op.ResizeLike(kernel), like.node());
    }

    /** Resizes to {@code factor} times the height and width, align_corners false. */
    public FeatureMap resize(int factor, Resampling kernel) {
        return same(new Op.Resize(kernel, factor));
    }

    /** Cells in reading order, rows first. */
    public Tokens toTokens() {
        return new Tokens(apply(new Op.ToTokens(), Rank.TOKENS, channels()));
    }

    /** Mean of all numbers of each item. */
    public Scalar meanPerItem() {
        return new Scalar(apply(new Op.MeanPerItem(), Rank.PER_ITEM, 0));
    }

    @Override
    FeatureMap wrap(Node node) {
        return new FeatureMap(node);
    }
}
