/**
 * The noise schedule and the schedulers (numerical samplers) that walk it.
 *
 * <p>Not here: anything by the clock; that is platform.trigger.
 */
@NullMarked
@ApplicationModule(id = "diffusion.noise", allowedDependencies = {"diffusion.tensor", "spec"})
package io.selfcascade.diffusion.noise;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
