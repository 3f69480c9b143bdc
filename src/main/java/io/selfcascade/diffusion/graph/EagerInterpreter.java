package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.selfcascade.diffusion.graph.Op.Arithmetic;
import io.selfcascade.diffusion.graph.Op.Resampling;
import io.selfcascade.diffusion.tensor.TensorMath;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.UpsampleKernel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a graph array by array, composed of the simplest operations: slow, holding every intermediate, and written
 * without the fused kernels the emitted text uses. It exists to be compared with.
 */
public final class EagerInterpreter implements OpAlgebra<NDArray> {

    private final Graph graph;
    private final TensorScope scope;
    private final Map<String, NDArray> inputs;
    private final List<WeightSet> weights;

    private EagerInterpreter(Graph graph, TensorScope scope, Map<String, NDArray> inputs, List<WeightSet> weights) {
        this.graph = graph;
        this.scope = scope;
        this.inputs = inputs;
        this.weights = weights;
    }

    /**
     * Runs {@code graph} in float32.
     *
     * @param inputs float32 or int64 arrays by name
     * @param weights float32
     * @return outputs by name, owned by {@code scope} with all intermediates
     */
    public static Map<String, NDArray> run(Graph graph, TensorScope scope, WeightSet weights, Map<String, NDArray> inputs) {
        List<WeightSet> parts = graph.layouts().stream().map(weights::partFor).toList();
        Map<Node, NDArray> results = graph.fold(new EagerInterpreter(graph, scope, inputs, parts));
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, node) -> outputs.put(name, results.get(node)));
        return outputs;
    }

    private NDArray weight(Parameter parameter) {
        NDArray view = weights.get(graph.layoutOf(parameter)).array(parameter.index()).reshape(
                new Shape(parameter.spec().dimensions()));
        return scope.adopt(view);
    }

    @Override
    public NDArray input(Op.Input op) {
        NDArray input = inputs.get(op.name());
        // A view of the scope's own, so that results follow the scope and not the caller's array.
        return scope.adopt(input.reshape(input.getShape()));
    }

    @Override
    public NDArray convolution(Op.Convolution op, NDArray x) {
        Kernel k = op.kernel();
        NDList y = x.getNDArrayInternal().convolution(x, weight(op.weight()), weight(op.bias()),
                new Shape(k.stride(), k.stride()), new Shape(k.padding(), k.padding()),
                new Shape(k.dilation(), k.dilation()), 1);
        return y.singletonOrThrow();
    }

    @Override
    public NDArray linear(Op.LinearMap op, NDArray x) {
        NDArray y = x.matMul(weight(op.weight()).transpose());
        return op.bias().isEmpty() ? y : y.add(weight(op.bias().get(0)));
    }

    @Override
    public NDArray groupNorm(Op.GroupNormalise op, NDArray x) {
        Shape shape = x.getShape();
        NDArray grouped = x.reshape(shape.get(0), op.groups(), -1);   // (B, C, H, W) -> (B, groups, C/groups*H*W)
        NDArray normal = standardise(grouped, op.epsilon()).reshape(shape);
        return normal.mul(weight(op.weight()).reshape(1, -1, 1, 1)).add(weight(op.bias()).reshape(1, -1, 1, 1));
    }

    @Override
    public NDArray layerNorm(Op.LayerNormalise op, NDArray x) {
        return standardise(x, op.epsilon()).mul(weight(op.weight())).add(weight(op.bias()));
    }

    @Override
    public NDArray lookup(Op.Lookup op, NDArray ids) {
        NDArray table = weight(op.table());
        NDList rows = new NDList();
        for (long id : ids.toLongArray()) {
            rows.add(table.get(id));
        }
        NDArray stacked = NDArrays.stack(rows);
        return stacked.reshape(ids.getShape().get(0), ids.getShape().get(1), op.table().size(1));
    }

    @Override
    public NDArray addPositions(Op.AddPositions op, NDArray tokens) {
        return tokens.add(weight(op.table()).get("0:" + tokens.getShape().get(1)).expandDims(0));
    }

    @Override
    public NDArray unary(Op.Unary op, NDArray x) {
        return switch (op.function()) {
            case SILU -> x.mul(x.getNDArrayInternal().sigmoid());
            case GELU -> x.mul(0.5).mul(x.mul(Math.sqrt(0.5)).erf().add(1));
            case QUICK_GELU -> x.mul(x.mul(1.702).getNDArrayInternal().sigmoid());
            case EXP -> x.exp();
            case ABS -> x.abs();
            case SQUARE -> x.square();
        };
    }

    @Override
    public NDArray binary(Op.Binary op, NDArray x, NDArray y) {
        return arithmetic(op.arithmetic(), x, y);
    }

    @Override
    public NDArray affine(Op.Affine op, NDArray x) {
        return x.mul((float) op.scale()).add((float) op.shift());
    }

    @Override
    public NDArray clamp(Op.Clamp op, NDArray x) {
        return x.clip(op.low(), op.high());
    }

    @Override
    public NDArray detach(Op.Detach op, NDArray x) {
        return x.stopGradient();
    }

    @Override
    public NDArray perChannel(Op.PerChannel op, NDArray map, NDArray embedding) {
        return arithmetic(op.arithmetic(), map, embedding.expandDims(-1).expandDims(-1));
    }

    @Override
    public NDArray perItem(Op.PerItem op, NDArray map, NDArray scalar) {
        return map.mul(scalar.reshape(-1, 1, 1, 1));
    }

    @Override
    public NDArray concat(Op.Concat op, NDArray x, NDArray y) {
        return x.concat(y, op.axis());
    }

    @Override
    public NDArray channels(Op.Channels op, NDArray x) {
        NDIndex index = new NDIndex();
        for (int axis = 0; axis < op.axis(); axis++) {
            index.addAllDim();
        }
        return x.get(index.addSliceDim(op.from(), op.to()));
    }

    @Override
    public NDArray channelMean(Op.ChannelMean op, NDArray map) {
        return map.mean(new int[] {1}, true);
    }

    @Override
    public NDArray pad(Op.Pad op, NDArray map) {
        long height = map.getShape().get(2);
        long width = map.getShape().get(3);
        NDIndex kept = new NDIndex().addAllDim().addAllDim()
                .addSliceDim(Math.max(0, -op.top()), height + Math.min(0, op.bottom()))
                .addSliceDim(Math.max(0, -op.left()), width + Math.min(0, op.right()));
        return map.get(kept).pad(new Shape(Math.max(0, op.left()), Math.max(0, op.right()),
                Math.max(0, op.top()), Math.max(0, op.bottom())), 0);
    }

    @Override
    public NDArray averagePool(Op.AveragePool op, NDArray map) {
        Shape s = map.getShape();
        long height = s.get(2) / op.side();
        long width = s.get(3) / op.side();
        NDArray whole = map.get(":, :, 0:" + height * op.side() + ", 0:" + width * op.side());
        return whole.reshape(s.get(0), s.get(1), height, op.side(), width, op.side()).mean(new int[] {5}).mean(new int[] {3});
    }

    @Override
    public NDArray resizeLike(Op.ResizeLike op, NDArray map, NDArray like) {
        return resample(op.kernel(), map, like.getShape().get(2), like.getShape().get(3));
    }

    @Override
    public NDArray resize(Op.Resize op, NDArray map) {
        Shape s = map.getShape();
        return resample(op.kernel(), map, s.get(2) * op.factor(), s.get(3) * op.factor());
    }

    @Override
    public NDArray toTokens(Op.ToTokens op, NDArray map) {
        Shape s = map.getShape();
        return map.reshape(s.get(0), s.get(1), -1).swapAxes(1, 2);
    }

    @Override
    public NDArray toMap(Op.ToMap op, NDArray tokens, NDArray like) {
        Shape s = like.getShape();
        return tokens.swapAxes(1, 2).reshape(s.get(0), -1, s.get(2), s.get(3));
    }

    @Override
    public NDArray attention(Op.Attention op, NDArray queries, NDArray keys, NDArray values) {
        NDArray logits = heads(op, queries).matMul(heads(op, keys).swapAxes(2, 3)).mul(op.scale());   // (B, heads, N, M)
        if (op.causal()) {
            logits = logits.add(future(logits.getShape().get(2), logits.getShape().get(3)));
        }
        NDArray attended = logits.softmax(-1).matMul(heads(op, values)).swapAxes(1, 2);
        return attended.reshape(queries.getShape().get(0), queries.getShape().get(1), -1);
    }

    @Override
    public NDArray tokenAt(Op.TokenAt op, NDArray tokens, NDArray ids) {
        int length = Math.toIntExact(ids.getShape().get(1));
        long[] flat = ids.toLongArray();
        NDList chosen = new NDList();
        for (int item = 0; item < flat.length / length; item++) {
            int best = 0;
            for (int n = 0; n < length; n++) {
                long id = flat[item * length + n];
                boolean better = op.id() < 0 ? id > flat[item * length + best] : id == op.id();
                if (better) {
                    best = n;
                    n = op.id() < 0 ? n : length;
                }
            }
            chosen.add(tokens.get(item).get(best));
        }
        return NDArrays.stack(chosen);
    }

    @Override
    public NDArray sinusoidal(Op.Sinusoidal op, NDArray x) {
        int half = op.size() / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(10000) * i / (half - op.freqShift()));
        }
        NDArray angles = x.expandDims(-1).mul(scope.floats(frequencies, half));
        NDArray sines = angles.sin();
        NDArray cosines = angles.cos();
        NDArray joined = op.flipSinToCos() ? cosines.concat(sines, -1) : sines.concat(cosines, -1);
        return joined.reshape(x.getShape().get(0), -1);
    }

    @Override
    public NDArray meanPerItem(Op.MeanPerItem op, NDArray x) {
        return x.reshape(x.getShape().get(0), -1).mean(new int[] {1});
    }

    @Override
    public NDArray meanAll(Op.MeanAll op, NDArray x) {
        return x.mean();
    }

    private static NDArray standardise(NDArray x, double epsilon) {
        NDArray centred = x.sub(x.mean(new int[] {-1}, true));
        return centred.div(centred.square().mean(new int[] {-1}, true).add(epsilon).sqrt());
    }

    private static NDArray heads(Op.Attention op, NDArray tokens) {
        Shape s = tokens.getShape();
        return tokens.reshape(s.get(0), s.get(1), op.heads(), -1).swapAxes(1, 2);   // (B, N, C) -> (B, heads, N, d)
    }

    private NDArray future(long queries, long keys) {
        float[] mask = new float[Math.toIntExact(queries * keys)];
        for (int q = 0; q < queries; q++) {
            for (int k = q + 1; k < keys; k++) {
                mask[Math.toIntExact(q * keys + k)] = Float.NEGATIVE_INFINITY;
            }
        }
        return scope.floats(mask, queries, keys);
    }

    private NDArray resample(Resampling kernel, NDArray map, long height, long width) {
        return switch (kernel) {
            case NEAREST -> TensorMath.resizeNearest(scope, map, height, width);
            case BILINEAR -> TensorMath.resize(scope, map, UpsampleKernel.BILINEAR, height, width);
            case BICUBIC -> TensorMath.resize(scope, map, UpsampleKernel.BICUBIC, height, width);
        };
    }

    private static NDArray arithmetic(Arithmetic arithmetic, NDArray x, NDArray y) {
        return switch (arithmetic) {
            case ADD -> x.add(y);
            case SUBTRACT -> x.sub(y);
            case MULTIPLY -> x.mul(y);
        };
    }
}
