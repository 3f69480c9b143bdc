/**
 * What starts by the clock: so far the deletion of artifacts nobody needs.
 *
 * <p>Not here: what is needed; the ledger decides that.
 */
@NullMarked
@ApplicationModule(id = "platform.trigger", allowedDependencies = {
        "platform.batch", "platform.dispatch", "platform.intake", "platform.artifact", "platform.role", "spec"
})
package io.selfcascade.platform.trigger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
