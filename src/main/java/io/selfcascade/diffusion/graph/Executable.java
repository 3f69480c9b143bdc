package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A graph loaded as native code: each run is one native call. It holds no weights, serves any batch and size, and may
 * be run by several prepared threads at once.
 *
 * @param <I> what a run takes
 * @param <O> what a run gives
 */
public final class Executable<I, O> {

    private final Graph graph;
    private final List<String> fingerprints;
    private final NativeModule module;
    private final Function<I, Tensors> binding;
    private final Function<Tensors, O> result;

    private Executable(Graph graph, NativeModule module, Function<I, Tensors> binding, Function<Tensors, O> result) {
        this.graph = graph;
        this.fingerprints = graph.layouts().stream().map(ParameterLayout::fingerprint).toList();
        this.module = module;
        this.binding = binding;
        this.result = result;
    }

    /**
     * Loads a graph; the native code belongs to {@code owner}.
     *
     * @throws CascadeException GRAPH_INVALID if libtorch refuses it
     */
    public static Executable<Tensors, Tensors> load(TensorScope owner, Graph graph) {
        return load(owner, graph, Function.identity(), Function.identity());
    }

    /**
     * Loads a graph behind records of the caller's.
     *
     * @param binding names the arrays of an input
     * @param result takes the outputs, which belong to the scope of the run
     * @throws CascadeException GRAPH_INVALID if libtorch refuses it
     */
    public static <I, O> Executable<I, O> load(
            TensorScope owner, Graph graph, Function<I, Tensors> binding, Function<Tensors, O> result) {
        NativeModule module = NativeModule.load(owner, "graph " + graph.outputs().keySet(), TorchScriptEmitter.emit(graph));
        return new Executable<>(graph, module, binding, result);
    }

    /**
     * Runs the graph.
     *
     * @param scope owns the outputs
     * @param weights of every model the graph uses
     * @param in float32 or int64 arrays, staying owned by the caller
     * @return float32 outputs
     * @throws CascadeException SHAPE_MISMATCH if an input has the wrong rank, channels or type; GRAPH_INVALID if
     *     weights of a model are missing or of another layout; DEVICE_OUT_OF_MEMORY
     */
    public O run(TensorScope scope, WeightSet weights, I in, Mode mode) {
        List<NDArray> arrays = bind(binding.apply(in));
        List<WeightList> lists = new ArrayList<>();
        for (int i = 0; i < fingerprints.size(); i++) {
            lists.add(weights.listFor(graph.layouts().get(i), fingerprints.get(i)));
        }
        List<NDArray> outputs = mode == Mode.INFER
                ? module.infer(scope, "forward", arrays, lists)
                : module.call(scope, "forward", arrays, lists, mode == Mode.TRAIN);
        Map<String, NDArray> named = new LinkedHashMap<>();
        int i = 0;
        for (String name : graph.outputs().keySet()) {
            named.put(name, outputs.get(i++));
        }
        return result.apply(new Tensors(named));
    }

    public Graph graph() {
        return graph;
    }

    private List<NDArray> bind(Tensors tensors) {
        if (!tensors.byName().keySet().equals(graph.inputs().keySet())) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot run graph: given " + tensors.byName().keySet()
                    + ", it takes " + graph.inputs().keySet() + " (give exactly these)");
        }
        List<NDArray> arrays = new ArrayList<>();
        graph.inputs().forEach((name, node) -> arrays.add(checked(name, node, tensors.get(name))));
        return arrays;
    }

    private static NDArray checked(String name, Node node, NDArray array) {
        Rank rank = node.rank();
        Shape shape = array.getShape();
        boolean fits = shape.dimension() == rank.axes()
                && (rank.channelAxis() < 0 || shape.get(rank.channelAxis()) == node.channels())
                && array.getDataType() == (rank == Rank.IDS ? DataType.INT64 : DataType.FLOAT32);
        if (!fits) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot bind input " + name + ": "
                    + array.getDataType() + shape + " (expected " + rank + " with " + node.channels() + " channels)");
        }
        return array;
    }
}
