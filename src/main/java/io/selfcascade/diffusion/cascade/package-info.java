/**
 * The self-cascade method: pivots, their hand-over between stages, and the sampling of a stage.
 *
 * <p>Not here: retries, queues and files; those are the platform's.
 */
@NullMarked
@ApplicationModule(id = "diffusion.cascade", allowedDependencies = {
        "diffusion.model.unet", "diffusion.model.vae", "diffusion.model.clip", "diffusion.noise",
        "diffusion.checkpoint", "diffusion.nn", "diffusion.graph", "diffusion.tensor", "spec"
})
package io.selfcascade.diffusion.cascade;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
