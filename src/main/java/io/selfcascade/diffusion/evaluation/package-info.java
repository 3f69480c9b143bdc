/**
 * Measures pictures against their captions and against true renders.
 *
 * <p>Not here: sampling; the cascade does that.
 */
@NullMarked
@ApplicationModule(id = "diffusion.evaluation", allowedDependencies = {
        "diffusion.scenes", "diffusion.cascade", "diffusion.model.unet", "diffusion.model.vae",
        "diffusion.model.clip", "diffusion.noise", "diffusion.checkpoint", "diffusion.tensor", "spec"
})
package io.selfcascade.diffusion.evaluation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
