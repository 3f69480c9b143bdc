package io.selfcascade.diffusion.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The shape of every result, given those of the inputs. Nothing is run or allocated. */
public final class Shapes implements OpAlgebra<long[]> {

    private final Map<String, long[]> inputs;

    private Shapes(Map<String, long[]> inputs) {
        this.inputs = inputs;
    }

    /**
     * @param inputs the shape of each input by name
     * @return the shape of each node's result
     * @throws io.selfcascade.spec.CascadeException GRAPH_INVALID if an input has no shape
     */
    public static Map<Node, long[]> of(Graph graph, Map<String, long[]> inputs) {
        return graph.fold(new Shapes(inputs));
    }

    /** The shapes of arrays by name. */
    public static Map<String, long[]> of(Tensors tensors) {
        Map<String, long[]> shapes = new HashMap<>();
        tensors.byName().forEach((name, array) -> shapes.put(name, array.getShape().getShape()));
        return shapes;
    }

    @Override
    public long[] input(Op.Input op) {
        long[] shape = inputs.get(op.name());
        Definition.require(shape != null, "Cannot find shape of input " + op.name() + " (give every input a shape)");
        return shape;
    }

    @Override
    public long[] convolution(Op.Convolution op, long[] x) {
        return new long[] {x[0], op.weight().size(0), op.kernel().resultLength(x[2]), op.kernel().resultLength(x[3])};
    }

    @Override
    public long[] linear(Op.LinearMap op, long[] x) {
        return with(x, x.length - 1, op.weight().size(0));
    }

    @Override
    public long[] groupNorm(Op.GroupNormalise op, long[] x) {
        return x;
    }

    @Override
    public long[] layerNorm(Op.LayerNormalise op, long[] x) {
        return x;
    }

    @Override
    public long[] lookup(Op.Lookup op, long[] ids) {
        return new long[] {ids[0], ids[1], op.table().size(1)};
    }

    @Override
    public long[] addPositions(Op.AddPositions op, long[] tokens) {
        return tokens;
    }

    @Override
    public long[] unary(Op.Unary op, long[] x) {
        return x;
    }

    @Override
    public long[] binary(Op.Binary op, long[] x, long[] y) {
        return x.length == 4 ? with(x, 1, Math.max(x[1], y[1])) : x;
    }

    @Override
    public long[] affine(Op.Affine op, long[] x) {
        return x;
    }

    @Override
    public long[] clamp(Op.Clamp op, long[] x) {
        return x;
    }

    @Override
    public long[] detach(Op.Detach op, long[] x) {
        return x;
    }

    @Override
    public long[] perChannel(Op.PerChannel op, long[] map, long[] embedding) {
        return map;
    }

    @Override
    public long[] perItem(Op.PerItem op, long[] map, long[] scalar) {
        return map;
    }

    @Override
    public long[] concat(Op.Concat op, long[] x, long[] y) {
        return with(x, op.axis(), x[op.axis()] + y[op.axis()]);
    }

    @Override
    public long[] channels(Op.Channels op, long[] x) {
        return with(x, op.axis(), (long) op.to() - op.from());
    }

    @Override
    public long[] channelMean(Op.ChannelMean op, long[] map) {
        return with(map, 1, 1);
    }

    @Override
    public long[] pad(Op.Pad op, long[] map) {
        return spatial(map, map[2] + op.top() + op.bottom(), map[3] + op.left() + op.right());
    }

    @Override
    public long[] averagePool(Op.AveragePool op, long[] map) {
        return spatial(map, map[2] / op.side(), map[3] / op.side());
    }

    @Override
    public long[] resizeLike(Op.ResizeLike op, long[] map, long[] like) {
        return spatial(map, like[2], like[3]);
    }

    @Override
    public long[] resize(Op.Resize op, long[] map) {
        return spatial(map, map[2] * op.factor(), map[3] * op.factor());
    }

    @Override
    public long[] toTokens(Op.ToTokens op, long[] map) {
        return new long[] {map[0], map[2] * map[3], map[1]};
    }

    @Override
    public long[] toMap(Op.ToMap op, long[] tokens, long[] like) {
        return new long[] {tokens[0], tokens[2], like[2], like[3]};
    }

    @Override
    public long[] attention(Op.Attention op, long[] queries, long[] keys, long[] values) {
        return with(queries, 2, values[2]);
    }

    @Override
    public long[] tokenAt(Op.TokenAt op, long[] tokens, long[] ids) {
        return new long[] {tokens[0], tokens[2]};
    }

    @Override
    public long[] sinusoidal(Op.Sinusoidal op, long[] x) {
        return new long[] {x[0], (x.length == 1 ? 1 : x[1]) * op.size()};
    }

    @Override
    public long[] meanPerItem(Op.MeanPerItem op, long[] x) {
        return new long[] {x[0]};
    }

    @Override
    public long[] meanAll(Op.MeanAll op, long[] x) {
        return new long[0];
    }

    /** How many numbers a shape holds. */
    static long size(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    private static long[] with(long[] shape, int axis, long size) {
        long[] changed = shape.clone();
        changed[axis] = size;
        return changed;
    }

    private static long[] spatial(long[] map, long height, long width) {
        return new long[] {map[0], map[1], height, width};
    }
}
