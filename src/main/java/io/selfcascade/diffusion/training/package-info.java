/**
 * Trains the bundled model: data, losses, optimiser and checkpoints, resumable to the same result.
 *
 * <p>Not here: a second definition of any network.
 */
@NullMarked
@ApplicationModule(id = "diffusion.training", allowedDependencies = {
        "diffusion.scenes", "diffusion.cascade", "diffusion.model.unet", "diffusion.model.vae",
        "diffusion.model.clip", "diffusion.noise", "diffusion.checkpoint", "diffusion.nn", "diffusion.graph",
        "diffusion.tensor", "spec"
})
package io.selfcascade.diffusion.training;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
