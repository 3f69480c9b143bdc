/**
 * The commands of the jar beside the server: train, evaluate, sample, compare.
 *
 * <p>Not here: Spring. Of the platform only its pure functions: how a line is read and how a preset is planned.
 */
@NullMarked
@ApplicationModule(id = "cli", allowedDependencies = {
        "diffusion.training", "diffusion.evaluation", "diffusion.scenes", "diffusion.cascade",
        "diffusion.checkpoint", "diffusion.noise", "diffusion.model.unet", "diffusion.model.vae",
        "diffusion.model.clip", "diffusion.graph", "diffusion.nn", "diffusion.tensor",
        "platform.intake", "platform.model", "platform.plan", "spec"
})
package io.selfcascade.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
