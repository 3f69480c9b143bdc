/**
 * Which half of the platform this process is: coordinator, worker, or both.
 *
 * <p>Not here: what a role does; every feature says on its own configuration in which role it exists.
 */
@NullMarked
@ApplicationModule(id = "platform.role", allowedDependencies = {"spec"})
package io.selfcascade.platform.role;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
