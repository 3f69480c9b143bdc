/**
 * Procedural scenes with known truth at every resolution: the data of the bundled model and of its evaluation.
 *
 * <p>Not here: networks.
 */
@NullMarked
@ApplicationModule(id = "diffusion.scenes", allowedDependencies = {"spec"})
package io.selfcascade.diffusion.scenes;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
