/**
 * What starts by the clock.
 *
 * <p>Not here: the work itself.
 */
@NullMarked
@ApplicationModule(id = "platform.trigger", allowedDependencies = {
        "platform.batch", "platform.dispatch", "platform.intake", "platform.artifact", "platform.role", "spec"
})
package io.selfcascade.platform.trigger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
