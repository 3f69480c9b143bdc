/**
 * The commands of the jar beside the server: train, evaluate, sample.
 *
 * <p>Not here: Spring.
 */
@NullMarked
@ApplicationModule(id = "cli", allowedDependencies = {
        "diffusion.training", "diffusion.evaluation", "diffusion.scenes", "diffusion.cascade",
        "diffusion.checkpoint", "diffusion.noise", "diffusion.model.unet", "diffusion.model.vae",
        "diffusion.model.clip", "diffusion.graph", "diffusion.nn", "diffusion.tensor", "spec"
})
package io.selfcascade.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
