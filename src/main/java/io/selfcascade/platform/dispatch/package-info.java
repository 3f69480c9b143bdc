/**
 * The ledger: ready, dispatch, lease, accept, retry, rescue.
 *
 * <p>Not here: the running of a stage; workers do that, without a database.
 */
@NullMarked
@ApplicationModule(id = "platform.dispatch", allowedDependencies = {
        "platform.plan", "platform.intake", "platform.model", "platform.role", "spec"
})
package io.selfcascade.platform.dispatch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
