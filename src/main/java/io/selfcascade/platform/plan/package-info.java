/**
 * From a request to a CascadePlan: pure functions.
 *
 * <p>Not here: rows and clocks.
 */
@NullMarked
@ApplicationModule(id = "platform.plan", allowedDependencies = {"platform.intake", "platform.model", "platform.role", "platform.settings", "spec"})
package io.selfcascade.platform.plan;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
