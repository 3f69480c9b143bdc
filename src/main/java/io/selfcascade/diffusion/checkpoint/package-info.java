/**
 * Weights on disk: safetensors, diffusers folders, and the binding of keys to a layout.
 *
 * <p>Not here: what the weights mean.
 */
@NullMarked
@ApplicationModule(id = "diffusion.checkpoint", allowedDependencies = {"diffusion.tensor", "spec"})
package io.selfcascade.diffusion.checkpoint;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
