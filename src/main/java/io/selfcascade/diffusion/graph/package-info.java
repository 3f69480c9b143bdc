/**
 * A model definition written once as an immutable graph, emitted as TorchScript or run eagerly.
 *
 * <p>Not here: layers with a meaning; those are in nn.
 *
 * <pre>{@code
 * Params root = Params.root("tiny");                                   // names, shapes and order of the weights
 * Conv2d conv = root.at("block").conv2d("conv", 4, 8, Kernel.SAME_3X3);
 * GroupNorm norm = root.at("block").groupNorm("norm", 8, new NormConfig(4, 1e-5));
 * FeatureMap x = FeatureMap.input("x", 4);
 * Graph graph = Graph.of(List.of(x), "y", norm.apply(conv.apply(x)).silu());
 *
 * TorchRuntime.prepareThread(1);                                       // once per thread
 * try (TensorScope model = TensorScope.open(Device.CPU)) {
 *     WeightSet weights = WeightSet.prepare(model, root.layout(), checkpoint::tensor, Dtype.F32);
 *     Executable<Tensors, Tensors> network = Executable.load(model, graph);
 *     try (TensorScope step = TensorScope.open(model)) {
 *         Tensors in = new Tensors(Map.of("x", step.floats(pixels, 1, 4, 32, 32)));
 *         float[] y = TensorScope.toFloats(network.run(step, weights, in, Mode.INFER).only());
 *     }
 * }
 * }</pre>
 *
 * <p>Training runs the same graph with {@link io.selfcascade.diffusion.graph.Mode#TRAIN} and
 * {@link io.selfcascade.diffusion.graph.WeightSet#requiringGrad}, then
 * {@link io.selfcascade.diffusion.graph.Gradients#backward} and {@link io.selfcascade.diffusion.graph.AdamW#step}.
 */
@NullMarked
@ApplicationModule(id = "diffusion.graph", allowedDependencies = {"diffusion.tensor", "spec"})
package io.selfcascade.diffusion.graph;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
