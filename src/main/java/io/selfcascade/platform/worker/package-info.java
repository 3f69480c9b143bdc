/**
 * The GPU loop: takes task messages, runs stages, stores artifacts, reports events.
 *
 * <p>Not here: the database. The only package that imports diffusion.
 */
@NullMarked
@ApplicationModule(id = "platform.worker", allowedDependencies = {
        "platform.dispatch :: message", "platform.artifact", "diffusion.cascade", "diffusion.checkpoint",
        "diffusion.noise", "diffusion.tensor", "platform.model", "platform.role", "spec"
})
package io.selfcascade.platform.worker;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
