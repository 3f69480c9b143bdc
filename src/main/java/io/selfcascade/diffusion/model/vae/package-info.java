/**
 * The AutoencoderKL of diffusers.
 *
 * <p>Not here: picture files.
 */
@NullMarked
@ApplicationModule(id = "diffusion.model.vae", allowedDependencies = {
        "diffusion.nn", "diffusion.graph", "diffusion.checkpoint", "diffusion.tensor", "spec"
})
package io.selfcascade.diffusion.model.vae;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
