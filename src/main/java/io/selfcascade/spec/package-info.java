/**
 * The records both halves, diffusion and platform, speak.
 *
 * <p>Not here: behaviour that needs a library; this package imports nothing but java.*.
 */
@NullMarked
@ApplicationModule(id = "spec", allowedDependencies = {})
package io.selfcascade.spec;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
