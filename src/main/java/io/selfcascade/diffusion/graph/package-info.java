/**
 * A model definition written once as an immutable graph, emitted as TorchScript or run eagerly.
 *
 * <p>Not here: layers with a meaning; those are in nn.
 */
@NullMarked
@ApplicationModule(id = "diffusion.graph", allowedDependencies = {"diffusion.tensor", "spec"})
package io.selfcascade.diffusion.graph;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
