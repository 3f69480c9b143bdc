/**
 * The UNet2DConditionModel of diffusers.
 *
 * <p>Not here: cascades; they enter through hooks.
 */
@NullMarked
@ApplicationModule(id = "diffusion.model.unet", allowedDependencies = {
        "diffusion.nn", "diffusion.graph", "diffusion.checkpoint", "diffusion.tensor", "spec"
})
package io.selfcascade.diffusion.model.unet;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
