package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Seeded inputs and weights for tests of graphs. */
public final class RandomTensors {

    private final TensorScope scope;
    private final Random random;

    public RandomTensors(TensorScope scope, long seed) {
        this.scope = scope;
        this.random = new Random(seed);
    }

    /** Standard normal numbers. */
    public NDArray normal(long... shape) {
        return scaled(1, shape);
    }

    /** Weights whose sums keep the size of what they sum. */
    public WeightSet weights(ParameterLayout layout) {
        return WeightSet.of(scope, layout, parameter -> {
            long fanIn = Math.max(1, parameter.size() / parameter.shape().get(0));
            boolean vector = parameter.shape().size() == 1;
            return scaled(vector ? 0.5 : 1 / Math.sqrt(fanIn), parameter.dimensions());
        });
    }

    /** Weights of every model a graph uses. */
    public WeightSet weights(Graph graph) {
        return graph.layouts().stream().map(this::weights).reduce(WeightSet::with).orElse(WeightSet.NONE);
    }

    /** An input of every name, with B = 2, H = 5, W = 7, N = 6, ids below {@code vocabulary}. */
    public Tensors inputs(Graph graph, int vocabulary) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        graph.inputs().forEach((name, node) -> arrays.put(name, switch (node.rank()) {
            case MAP -> normal(2, node.channels(), 5, 7);
            case TOKENS -> normal(2, 6, node.channels());
            case EMBEDDING -> normal(2, node.channels());
            case IDS -> scope.longs(random.longs(12, 0, vocabulary).toArray(), 2, 6);
            case PER_ITEM -> scope.floats(new float[] {701f, 3.5f}, 2);
            case SINGLE -> throw new AssertionError("a graph has no single input");
        }));
        return new Tensors(arrays);
    }

    private NDArray scaled(double factor, long... shape) {
        int size = 1;
        for (long side : shape) {
            size = Math.toIntExact(size * side);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextGaussian() * factor);
        }
        return scope.floats(values, shape);
    }
}
