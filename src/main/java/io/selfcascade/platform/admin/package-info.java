/**
 * REST and its problems. The only package that imports Spring MVC.
 *
 * <p>Not here: rules; every rule lives in its feature.
 */
@NullMarked
@ApplicationModule(id = "platform.admin", allowedDependencies = {
        "platform.intake", "platform.dispatch", "platform.artifact", "platform.report", "platform.model",
        "platform.deadletter", "platform.role", "platform.trigger", "platform.webhook", "spec"
})
package io.selfcascade.platform.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
