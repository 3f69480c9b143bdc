/**
 * Native memory with one owner, seeded noise and interpolation on DJL arrays.
 *
 * <p>Not here: models, and anything that knows a checkpoint.
 */
@NullMarked
@ApplicationModule(id = "diffusion.tensor", allowedDependencies = {"spec"})
package io.selfcascade.diffusion.tensor;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
