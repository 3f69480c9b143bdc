/**
 * Webhooks: tells addresses outside when a workload changes its state, signed, until they have heard.
 *
 * <p>Not here: what a change is; dispatch says so, in the transaction that makes it.
 */
@NullMarked
@ApplicationModule(id = "platform.webhook", allowedDependencies = {
        "platform.intake", "platform.dispatch", "platform.role", "spec"
})
package io.selfcascade.platform.webhook;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
