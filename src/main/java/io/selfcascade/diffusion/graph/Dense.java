package io.selfcascade.diffusion.graph;

import io.selfcascade.diffusion.graph.Op.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A value of real numbers, with the operations every rank has. Each returns a new value; nothing is changed.
 *
 * @param <V> the rank itself
 */
public abstract sealed class Dense<V extends Dense<V>> implements Value
        permits FeatureMap, Tokens, Embedding, Scalar, Loss {

    private final Node node;

    Dense(Node node) {
        this.node = node;
    }

    abstract V wrap(Node node);

    @Override
    public final Node node() {
        return node;
    }

    /** Channels; 0 for ranks without. */
    public final int channels() {
        return node.channels();
    }

    /** Sum, item by item. On maps one side may have a single channel, used for all channels of the other. */
    public final V plus(V other) {
        return binary(Op.Arithmetic.ADD, other);
    }

    /** Difference; shapes as {@link #plus}. */
    public final V minus(V other) {
        return binary(Op.Arithmetic.SUBTRACT, other);
    }

    /** Product, number by number; shapes as {@link #plus}. */
    public final V times(V other) {
        return binary(Op.Arithmetic.MULTIPLY, other);
    }

    public final V times(double factor) {
        return same(new Op.Affine(factor, 0));
    }

    public final V plus(double shift) {
        return same(new Op.Affine(1, shift));
    }

    /** {@code x sigmoid(x)}. */
    public final V silu() {
        return same(new Op.Unary(Function.SILU));
    }

    /** The exact GELU (error function). */
    public final V gelu() {
        return same(new Op.Unary(Function.GELU));
    }

    /** CLIP's GELU, {@code x sigmoid(1.702 x)}. */
    public final V quickGelu() {
        return same(new Op.Unary(Function.QUICK_GELU));
    }

    public final V exp() {
        return same(new Op.Unary(Function.EXP));
    }

    public final V abs() {
        return same(new Op.Unary(Function.ABS));
    }

    public final V square() {
        return same(new Op.Unary(Function.SQUARE));
    }

    public final V clamp(double low, double high) {
        return same(new Op.Clamp(low, high));
    }

    /** The same numbers, through which no gradient flows back. */
    public final V detach() {
        return same(new Op.Detach());
    }

    /** Mean of all numbers. */
    public final Loss mean() {
        return new Loss(new Node(new Op.MeanAll(), List.of(node), Rank.SINGLE, 0));
    }

    final V same(Op op, Node... more) {
        return result(op, channels(), more);
    }

    final V result(Op op, int channels, Node... more) {
        return wrap(apply(op, node.rank(), channels, more));
    }

    final V joined(V other) {
        return result(new Op.Concat(node.rank().channelAxis()), channels() + other.channels(), other.node());
    }

    final V sliced(int from, int to) {
        Definition.require(0 <= from && from < to && to <= channels(),
                "Cannot take channels " + from + ".." + to + ": the value has " + channels() + " (stay within)");
        return result(new Op.Channels(node.rank().channelAxis(), from, to), to - from);
    }

    final Node apply(Op op, Rank rank, int channels, Node... more) {
        List<Node> operands = new ArrayList<>();
        operands.add(node);
        operands.addAll(List.of(more));
        return new Node(op, operands, rank, channels);
    }

    private V binary(Op.Arithmetic arithmetic, V other) {
        int mine = channels();
        int theirs = other.channels();
        boolean broadcast = node.rank() == Rank.MAP && (mine == 1 || theirs == 1);
        if (mine != theirs && !broadcast) {
            throw Definition.channels(arithmetic.name().toLowerCase(Locale.ROOT), mine, theirs);
        }
        return result(new Op.Binary(arithmetic), Math.max(mine, theirs), other.node());
    }
}
