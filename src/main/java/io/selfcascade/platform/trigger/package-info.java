/**
 * What starts by the clock: schedules, and the deletion of artifacts nobody needs.
 *
 * <p>Not here: what a workload is, and whether an artifact is needed; intake and the ledger decide that.
 */
@NullMarked
@ApplicationModule(id = "platform.trigger", allowedDependencies = {
        "platform.batch", "platform.dispatch", "platform.intake", "platform.artifact", "platform.role", "spec"
})
package io.selfcascade.platform.trigger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
