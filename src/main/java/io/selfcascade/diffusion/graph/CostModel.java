package io.selfcascade.diffusion.graph;

import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.spec.Dtype;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a run of a graph costs at a size. Computed from shapes; nothing is run or allocated. */
public final class CostModel {

    private CostModel() {}

    /**
     * @param multiplyAdds of convolutions, linear maps and attention, which are nearly all the work
     * @param peakValues most numbers alive at once between operations, inputs included; kernels' own buffers are not
     * @param weightValues numbers in the weights the graph reads
     */
    public record Cost(long multiplyAdds, long peakValues, long weightValues) {

        /** Floating-point operations: a multiplication and an addition each. */
        public long flops() {
            return 2 * multiplyAdds;
        }

        /** Bytes of weights and of the values alive at the worst moment. */
        public long peakBytes(Dtype dtype) {
            return (peakValues + weightValues) * RawTensor.bytesOf(dtype);
        }
    }

    /**
     * @param inputs the shape of each input by name
     * @throws io.selfcascade.spec.CascadeException GRAPH_INVALID if an input has no shape
     */
    public static Cost of(Graph graph, Map<String, long[]> inputs) {
        Map<Node, long[]> shapes = Shapes.of(graph, inputs);
        long multiplyAdds = 0;
        Set<Parameter> weights = new HashSet<>();
        for (Node node : graph.order()) {
            multiplyAdds += multiplyAdds(node, shapes);
            weights.addAll(node.op().parameters());
        }
        return new Cost(multiplyAdds, peak(graph, shapes), weights.stream().mapToLong(weight -> weight.spec().size()).sum());
    }

    private static long multiplyAdds(Node node, Map<Node, long[]> shapes) {
        if (node.op() instanceof Op.Convolution convolution) {
            ParameterSpec weight = convolution.weight().spec();
            return Shapes.size(shapes.get(node)) / weight.shape().get(0) * weight.size();
        }
        if (node.op() instanceof Op.LinearMap linear) {
            return Shapes.size(shapes.get(node)) * linear.weight().size(1);
        }
        if (node.op() instanceof Op.Attention) {
            long[] queries = shapes.get(node.operands().get(0));
            long[] values = shapes.get(node.operands().get(2));
            return queries[0] * queries[1] * values[1] * (queries[2] + values[2]);
        }
        return 0;
    }

    private static long peak(Graph graph, Map<Node, long[]> shapes) {
        List<Node> order = graph.order();
        Map<Node, Integer> lastUse = lastUses(graph);
        long alive = 0;
        long peak = 0;
        for (int i = 0; i < order.size(); i++) {
            Node node = order.get(i);
            alive += holder(node) == node ? Shapes.size(shapes.get(node)) : 0;
            peak = Math.max(peak, alive);
            Set<Node> finished = Collections.newSetFromMap(new IdentityHashMap<>());
            node.operands().forEach(operand -> finished.add(holder(operand)));
            for (Node operand : finished) {
                alive -= lastUse.get(operand) == i ? Shapes.size(shapes.get(operand)) : 0;
            }
        }
        return peak;
    }

    private static Map<Node, Integer> lastUses(Graph graph) {
        List<Node> order = graph.order();
        Map<Node, Integer> lastUse = new IdentityHashMap<>();
        for (int i = 0; i < order.size(); i++) {
            lastUse.putIfAbsent(order.get(i), i);
            for (Node operand : order.get(i).operands()) {
                lastUse.put(holder(operand), i);
            }
        }
        graph.outputs().values().forEach(output -> lastUse.put(holder(output), order.size()));
        graph.inputs().values().forEach(input -> lastUse.put(input, order.size()));   // the caller holds these
        return lastUse;
    }

    /** The node whose memory a value lies in: some operations give views. */
    private static Node holder(Node node) {
        Node holder = node;
        while (holder.op() instanceof Op.Detach || holder.op() instanceof Op.Channels || holder.op() instanceof Op.ToTokens) {
            holder = holder.operands().get(0);
        }
        return holder;
    }
}
