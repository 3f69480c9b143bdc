/**
 * Which models there are: id, folder, digest and the few facts a planner needs.
 *
 * <p>Not here: weights; only a worker loads those.
 */
@NullMarked
@ApplicationModule(id = "platform.model", allowedDependencies = {"platform.role", "spec"})
package io.selfcascade.platform.model;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
