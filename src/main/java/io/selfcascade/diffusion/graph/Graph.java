package io.selfcascade.diffusion.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What computes named outputs from named inputs: nodes in an order that runs, and the layouts of their parameters. */
public final class Graph {

    private final Map<String, Node> inputs;
    private final Map<String, Node> outputs;
    private final List<Node> order;
    private final List<ParameterLayout> layouts;
    private final Map<LayoutBuilder, Integer> layoutIndex;

    private Graph(Map<String, Node> inputs, Map<String, Node> outputs) {
        this.inputs = Collections.unmodifiableMap(inputs);
        this.outputs = Collections.unmodifiableMap(outputs);
        this.order = List.copyOf(reachable(outputs.values()));
        this.layoutIndex = indexLayouts(order);
        this.layouts = layoutIndex.keySet().stream().map(LayoutBuilder::layout).toList();
        checkInputs();
        Definition.require(new HashSet<>(layouts).size() == layouts.size(),
                "Cannot build graph: two models have the same layout (give their roots different names)");
    }

    /**
     * Builds a graph; nodes that no output needs are left out.
     *
     * @param inputs values made by {@code input} methods, in calling order
     * @param outputs results by name, in the order they are returned
     * @throws io.selfcascade.spec.CascadeException GRAPH_INVALID if an input is missing, double or no input
     */
    public static Graph of(List<? extends Value> inputs, Map<String, ? extends Value> outputs) {
        Map<String, Node> named = new LinkedHashMap<>();
        for (Value value : inputs) {
            Definition.require(value.node().op() instanceof Op.Input, "Cannot build graph: an input is computed (use input())");
            String name = ((Op.Input) value.node().op()).name();
            Definition.require(named.put(name, value.node()) == null, "Cannot build graph: two inputs " + name);
        }
        Definition.require(!outputs.isEmpty(), "Cannot build graph: no outputs (name at least one)");
        Map<String, Node> results = new LinkedHashMap<>();
        outputs.forEach((name, value) -> results.put(name, value.node()));
        return new Graph(named, results);
    }

    /** Builds a graph of one output. */
    public static Graph of(List<? extends Value> inputs, String name, Value output) {
        return of(inputs, Map.of(name, output));
    }

    /** Inputs by name, in calling order. */
    public Map<String, Node> inputs() {
        return inputs;
    }

    /** Outputs by name, in the order they are returned. */
    public Map<String, Node> outputs() {
        return outputs;
    }

    /** All nodes, operands before users. */
    public List<Node> order() {
        return order;
    }

    /** Layouts of the models used, in order of first use: a run needs one weight list for each. */
    public List<ParameterLayout> layouts() {
        return layouts;
    }

    /** Which of {@link #layouts()} a parameter belongs to. */
    public int layoutOf(Parameter parameter) {
        return layoutIndex.get(parameter.layout());
    }

    /**
     * Gives every node its meaning in an algebra, in order.
     *
     * @return the meaning of each node
     */
    public <T> Map<Node, T> fold(OpAlgebra<T> algebra) {
        Map<Node, T> results = new IdentityHashMap<>();
        for (Node node : order) {
            List<T> operands = node.operands().stream().map(results::get).toList();
            results.put(node, node.op().on(algebra, operands));
        }
        return results;
    }

    /** The graph as the text it is run from: equal text, equal computation. For tests and for debugging. */
    public String describe() {
        return TorchScriptEmitter.emit(this);
    }

    private void checkInputs() {
        for (Node node : order) {
            if (node.op() instanceof Op.Input input) {
                Definition.require(inputs.get(input.name()) == node,
                        "Cannot build graph: input " + input.name() + " is used but not declared (list it)");
            }
        }
    }

    // Depth first without recursion: a deep network would overflow the stack of a small worker thread.
    private static Set<Node> reachable(Iterable<Node> roots) {
        Set<Node> done = new LinkedHashSet<>();
        Deque<Node> stack = new ArrayDeque<>();
        for (Node root : roots) {
            stack.push(root);
            while (!stack.isEmpty()) {
                Node node = stack.peek();
                List<Node> missing = node.operands().stream().filter(operand -> !done.contains(operand)).toList();
                if (missing.isEmpty()) {
                    done.add(stack.pop());
                } else {
                    for (int i = missing.size() - 1; i >= 0; i--) {
                        stack.push(missing.get(i));
                    }
                }
            }
        }
        return done;
    }

    private static Map<LayoutBuilder, Integer> indexLayouts(List<Node> order) {
        List<LayoutBuilder> found = new ArrayList<>();
        for (Node node : order) {
            for (Parameter parameter : node.op().parameters()) {
                if (!found.contains(parameter.layout())) {
                    found.add(parameter.layout());
                }
            }
        }
        Map<LayoutBuilder, Integer> index = new LinkedHashMap<>();
        found.forEach(layout -> index.put(layout, index.size()));
        return index;
    }
}
