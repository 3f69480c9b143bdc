package io.selfcascade.diffusion.graph;

import java.util.List;

/**
 * The closed set of operations. A new one must be answered by every {@link OpAlgebra}: the emitter, the eager
 * interpreter, the shapes and the costs do not compile until it is.
 */
public sealed interface Op {

    /** Asks an algebra what this operation means on the given operands. */
    <T> T on(OpAlgebra<T> algebra, List<T> x);

    /** Parameters this operation reads, in a fixed order. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** A name bound at each run; an exact one stays float32 whatever the weights are. */
    record Input(String name, boolean exact) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.input(this);
        }
    }

    /** Convolution with square kernel; (B, in, H, W) to (B, out, H', W'). */
    record Convolution(Parameter weight, Parameter bias, Kernel kernel) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.convolution(this, x.get(0));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(weight, bias);
        }
    }

    /** {@code x W^T}, plus a bias if {@code bias} holds one; over the last axis. */
    record LinearMap(Parameter weight, List<Parameter> bias) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.linear(this, x.get(0));
        }

        @Override
        public List<Parameter> parameters() {
            return bias.isEmpty() ? List.of(weight) : List.of(weight, bias.get(0));
        }
    }

    /** Normalises groups of channels over space, then scales and shifts per channel. */
    record GroupNormalise(Parameter weight, Parameter bias, int groups, double epsilon) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.groupNorm(this, x.get(0));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(weight, bias);
        }
    }

    /** Normalises the last axis, then scales and shifts per channel. */
    record LayerNormalise(Parameter weight, Parameter bias, double epsilon) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.layerNorm(this, x.get(0));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(weight, bias);
        }
    }

    /** Rows of a table by id; (B, N) to (B, N, C). */
    record Lookup(Parameter table) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.lookup(this, x.get(0));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(table);
        }
    }

    /** Adds row n of a table to token n. */
    record AddPositions(Parameter table) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.addPositions(this, x.get(0));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(table);
        }
    }

    /** A function of one number. */
    enum Function {
        SILU,
        GELU,
        QUICK_GELU,
        EXP,
        ABS,
        SQUARE
    }

    /** A function applied to each number. */
    record Unary(Function function) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.unary(this, x.get(0));
        }
    }

    /** An operation on two numbers. */
    enum Arithmetic {
        ADD,
        SUBTRACT,
        MULTIPLY
    }

    /** Number by number; on maps a single channel stands for all. */
    record Binary(Arithmetic arithmetic) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.binary(this, x.get(0), x.get(1));
        }
    }

    /** {@code scale x + shift}. */
    record Affine(double scale, double shift) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.affine(this, x.get(0));
        }
    }

    /** Limits each number to [low, high]. */
    record Clamp(double low, double high) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.clamp(this, x.get(0));
        }
    }

    /** Same numbers, no gradient. */
    record Detach() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.detach(this, x.get(0));
        }
    }

    /** A (B, C) value spread over a (B, C, H, W) map. */
    record PerChannel(Arithmetic arithmetic) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.perChannel(this, x.get(0), x.get(1));
        }
    }

    /** A (B) value multiplied into each item of a map. */
    record PerItem() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.perItem(this, x.get(0), x.get(1));
        }
    }

    /** Joins along the axis of channels. */
    record Concat(int axis) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.concat(this, x.get(0), x.get(1));
        }
    }

    /** Channels from (inclusive) to (exclusive). */
    record Channels(int axis, int from, int to) implements Op {

        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.channels(this, x.get(0));
        }
    }

    /** Mean over channels, the axis kept. */
    record ChannelMean() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.channelMean(this, x.get(0));
        }
    }

    /** Adds zero cells (positive) or cuts cells off (negative) at each border of a map. */
    record Pad(int left, int right, int top, int bottom) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.pad(this, x.get(0));
        }
    }

    /** Means of squares of cells. */
    record AveragePool(int side) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.averagePool(this, x.get(0));
        }
    }

    /** How a map is resized; align_corners is false. */
    enum Resampling {
        NEAREST,
        BILINEAR,
        BICUBIC
    }

    /** Resizes to the height and width of the second operand. */
    record ResizeLike(Resampling kernel) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.resizeLike(this, x.get(0), x.get(1));
        }
    }

    /** Resizes by a whole factor. */
    record Resize(Resampling kernel, int factor) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.resize(this, x.get(0));
        }
    }

    /** (B, C, H, W) to (B, H W, C). */
    record ToTokens() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.toTokens(this, x.get(0));
        }
    }

    /** (B, H W, C) to (B, C, H, W) of the second operand's H and W. */
    record ToMap() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.toMap(this, x.get(0), x.get(1));
        }
    }

    /** Fused attention of queries to keys and values. */
    record Attention(int heads, boolean causal, double scale) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.attention(this, x.get(0), x.get(1), x.get(2));
        }
    }

    /** The token with an id (or with the largest id) of each item. */
    record TokenAt(long id) implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.tokenAt(this, x.get(0), x.get(1));
        }
    }

    /** Sines and cosines of each number at geometric frequencies, in float32. */
    record Sinusoidal(int size, boolean flipSinToCos, double freqShift) implements Op {
        public Sinusoidal {
            Definition.require(size > 0 && size % 2 == 0, "Cannot embed timestep: size " + size + " (must be even)");
        }

        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.sinusoidal(this, x.get(0));
        }
    }

    /** Mean of each item's numbers: (B, ...) to (B). */
    record MeanPerItem() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.meanPerItem(this, x.get(0));
        }
    }

    /** Mean of all numbers. */
    record MeanAll() implements Op {
        @Override
        public <T> T on(OpAlgebra<T> algebra, List<T> x) {
            return algebra.meanAll(this, x.get(0));
        }
    }
}
